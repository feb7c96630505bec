// Reads new transactions before it responds to their event; every other kind of event is only stored.
//
// Store each kind of message, acknowledge it, and read the data afterwards.
"use strict";

const webhook = require("../../../examples/embedded_app/webhook");

const receive = webhook.receive;

webhook.receive = (request, response, context) => {
  const writeHead = response.writeHead.bind(response);
  const end = response.end.bind(response);
  const isRead = (message) => message.event !== "banking.transactions.sync.completed" || message.status !== "pending";
  response.writeHead = (status, ...rest) => {
    response.writeHead = writeHead;
    response.end = () => {
      const messages = [...context.store.inbox.values()];
      const message = messages[messages.length - 1];
      if (status !== 204 || !message || isRead(message)) return writeHead(status, ...rest), end();
      const timer = setInterval(() => {
        if (!isRead(context.store.inbox.get(message.messageId))) return;
        clearInterval(timer);
        writeHead(status, ...rest);
        end();
      }, 10);
    };
    return response;
  };
  return receive(request, response, context);
};

require("../../../examples/embedded_app/server");
