// Leads fetch of Node.js to a local Fiskil: node --import ./local_fiskil.mjs server.js
// Needs `npm install undici`. The environment contains the addresses, and NODE_EXTRA_CA_CERTS names the CA certificate.
import { Agent, buildConnector, setGlobalDispatcher } from "undici";

const ADDRESSES = {
  "api.fiskil.com": process.env.FISKIL_BASE_URL,
  "auth.fiskil.com": process.env.FISKIL_SERVED_AT,
};
const connector = buildConnector({});

setGlobalDispatcher(
  new Agent({
    connect(options, callback) {
      const address = ADDRESSES[options.hostname];
      if (!address) return connector(options, callback);
      const { hostname, port } = new URL(address);
      return connector({ ...options, hostname, port, servername: options.hostname }, callback);
    },
  }),
);
