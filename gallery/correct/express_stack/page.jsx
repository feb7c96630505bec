// The page in the browser: which data is requested, what is shared, and how to end it.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const SORRY = "We could not reach our server. Please try again in a few minutes.";

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

const linkTo = (name, customer) => `/${name}?customer=${encodeURIComponent(customer)}`;

function Connect({ customer }) {
  const [state, setState] = useState({ isBusy: false, error: "" });
  const start = async () => {
    setState({ isBusy: true, error: "" });
    try {
      location.assign((await post("/api/connect", { customer })).auth_url);
    } catch (error) {
      setState({ isBusy: false, error: error instanceof TypeError ? SORRY : error.message });
    }
  };
  return (
    <main>
      <h1>Connect your bank</h1>
      <p>We ask your bank for the following data, to build your monthly budget:</p>
      <ul>
        <li>Accounts: their names and types</li>
        <li>Balances: what you have today</li>
        <li>Transactions: what came in and went out in the last 90 days</li>
      </ul>
      <p>We never see your password at the bank. You can stop sharing at any time.</p>
      <button onClick={start} disabled={state.isBusy}>Continue to your bank</button>
      {state.isBusy && <p role="status">Opening the secure connection to your bank. Please wait …</p>}
      {state.error && <p role="alert">{state.error} Nothing has changed.</p>}
    </main>
  );
}

function Connections({ customer }) {
  const [shared, setShared] = useState(null);
  const [error, setError] = useState("");
  const load = () =>
    fetch(`/api/connections?customer=${encodeURIComponent(customer)}`)
      .then((response) => (response.ok ? response.json() : Promise.reject()))
      .then(setShared)
      .catch(() => setError(SORRY));
  useEffect(() => {
    load();
    const timer = setInterval(load, 3000);
    return () => clearInterval(timer);
  }, []);
  const stop = (consent) =>
    post(`/api/customers/${encodeURIComponent(customer)}/consents/${encodeURIComponent(consent.consent_id)}/end`, {})
      .then(load)
      .catch((failure) => setError(failure instanceof TypeError ? SORRY : failure.message));
  const active = shared ? shared.consents.filter((consent) => consent.status === "active") : [];
  return (
    <main>
      <h1>Your connections</h1>
      {error && <p role="alert">{error}</p>}
      {!shared && !error && <p>One moment …</p>}
      {shared && shared.connection === "syncing" && <p role="status">We are syncing your data. This usually takes a few minutes.</p>}
      {shared && !active.length && <p>You are not sharing any data with us. <a href={linkTo("connect", customer)}>Connect your bank</a></p>}
      {active.map((consent) => (
        <section key={consent.consent_id}>
          <h2>{consent.bank || "Your bank"}</h2>
          <p>You share: {consent.datasets.join(", ")}{consent.expires_at && `, until ${day(consent.expires_at)}`}.</p>
          <button onClick={() => stop(consent)} aria-label={`Stop sharing with ${consent.bank}`}>Stop sharing</button>
        </section>
      ))}
      {shared && <Balances shared={shared} />}
    </main>
  );
}

const day = (text) => new Date(text).toLocaleDateString("en-AU", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function Balances({ shared }) {
  const balances = Object.fromEntries(shared.balances.map((balance) => [balance.account_id, balance.current_balance]));
  return (
    <ul>
      {shared.accounts.map((account) => (
        <li key={account.fiskil_id}>{account.display_name} {account.masked_number}: {balances[account.account_id]}</li>
      ))}
    </ul>
  );
}

function Returned({ status, customer, isConnected }) {
  const texts = {
    returned: isConnected ? "Your data is here, and your budget is ready." : "We are syncing your data. Your bank usually needs a few minutes.",
    cancelled: "You stopped before you shared anything. Whenever you are ready, you can start again.",
    ineligible: "Your bank does not let these accounts be shared. Trying again will not help; you can connect another bank.",
    failed: "Your bank could not complete the connection, and nothing was shared. Please try again in a few minutes.",
  };
  return (
    <main>
      <h1>{status === "returned" ? "Thank you" : "Your bank is not connected"}</h1>
      <p role="status">{texts[status]}</p>
      <p>{status !== "returned" && <a href={linkTo("connect", customer)}>{status === "ineligible" ? "Connect another bank" : "Try again"}</a>} <a href={linkTo("connections", customer)}>Your connections</a></p>
    </main>
  );
}

function Privacy() {
  return (
    <main>
      <h1>How we use your data</h1>
      <p>We use your accounts, balances and transactions to build your monthly budget, and for nothing else.</p>
      <p>When you stop sharing, or the consent ends, we delete what your bank gave us.</p>
    </main>
  );
}

const Home = () => <main><h1>Your monthly budget</h1><p><a href="/connect">Connect your bank</a></p></main>;
const Trouble = ({ text }) => <main><h1>That did not work</h1><p role="alert">{text}</p><p><a href="/connect">Try again</a></p></main>;

const root = document.getElementById("root");
const { name, ...props } = JSON.parse(root.dataset.page);
const Page = { connect: Connect, connections: Connections, returned: Returned, privacy: Privacy, home: Home, trouble: Trouble }[name];
createRoot(root).render(<><Page {...props} /><p><a href="/privacy">How we use your data</a></p></>);
