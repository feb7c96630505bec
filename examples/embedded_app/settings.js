// The settings from the environment, with fixed defaults for everything else.
"use strict";

const required = ["FISKIL_BASE_URL", "FISKIL_AUTH_URL", "FISKIL_CLIENT_ID", "FISKIL_CLIENT_SECRET"];

function load(environment) {
  const missing = required.filter((name) => !environment[name]);
  if (missing.length) throw new Error(`${missing.join(", ")} must be set.`);
  return {
    port: Number(environment.PORT || 8000),
    journal: environment.JOURNAL || "embedded-app.jsonl",
    baseUrl: new URL(environment.FISKIL_BASE_URL).origin,
    authOrigin: new URL(environment.FISKIL_AUTH_URL).origin,
    clientId: environment.FISKIL_CLIENT_ID,
    clientSecret: environment.FISKIL_CLIENT_SECRET,
    webhookKey: Buffer.from(environment.FISKIL_WEBHOOK_SECRET || "", "base64"),
    allowedIps: (environment.FISKIL_WEBHOOK_ALLOWED_IPS || "").split(",").filter(Boolean),
    hasHarnessHooks: environment.HARNESS_HOOKS === "1",
    callMs: 3000,
    requestMs: 8000,
    messageMs: 30_000,
    historyDays: 90,
  };
}

module.exports = { load };
