// Asks an authenticator: for a new passkey, or for proof by one that is there. The server asks and judges; this carries the
// question to the browser and the answer into the form, which is then sent like any other.
//
// POST data-ask   what is asked, as JSON with base64url in place of bytes
// GET data-page   the page itself, which leads on where something else is asked for first

const form = document.getElementById("passkey");
const status = document.getElementById("passkey-status");
const { does, ask, page, waiting, cancelled, known, often, failed } = form.dataset;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function question() {
  const answer = await fetch(ask, { method: "POST", cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) return location.assign(page);
  if (!answer.ok) throw new DOMException("", answer.status === 429 ? "QuotaExceededError" : "NetworkError");
  const { publicKey } = await answer.json();
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const credential of publicKey.allowCredentials ?? publicKey.excludeCredentials ?? []) {
    credential.id = bytes(credential.id);
  }
  return { publicKey };
}

function written({ id, rawId, type, response }) {
  const inside = { clientDataJSON: text(response.clientDataJSON) };
  if (does === "create") {
    inside.attestationObject = text(response.attestationObject);
    inside.transports = response.getTransports?.();
  } else {
    inside.authenticatorData = text(response.authenticatorData);
    inside.signature = text(response.signature);
    inside.userHandle = response.userHandle && text(response.userHandle);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: inside });
}

function why(error) {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return cancelled;
  return { InvalidStateError: known, QuotaExceededError: often }[error.name] ?? failed;
}

let asking = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (asking || !form.reportValidity()) return;
  asking = true;
  status.textContent = waiting;
  try {
    const asked = await question();
    if (!asked) return;
    form.elements.answer.value = written(await navigator.credentials[does](asked));
    form.submit();
  } catch (error) {
    asking = false;
    status.textContent = why(error);
  }
});
// A page that comes back out of the browser's memory waits for nothing.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  asking = false;
  status.textContent = "";
});

const otherwise = document.getElementById("passkey-otherwise");
form.hidden = !window.PublicKeyCredential;
otherwise.hidden = !form.hidden;
otherwise.classList.remove("without-script");
