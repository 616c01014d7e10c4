// Passkeys: adding one, getting in with one, and signing with one. The browser asks the person; the server judges what it signed.

const said = document.querySelector("#passkey-said");
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Post to one of our pages with the token of this one. */
function post(url, body) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
}

async function add({ dataset }) {
  const options = await (await post(dataset.offer)).json();
  const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: [] };
  const made = await navigator.credentials.create({ publicKey });
  const response = { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) };
  const answer = await post(dataset.passkeyAdd, { id: made.id, rawId: text(made.rawId), type: made.type, response });
  if (!answer.ok) throw new Error("refused");
  location.reload();
}

/** Have a passkey sign what it is asked to, and give what the server judges. */
async function signed(options, allowCredentials) {
  const got = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = got.response;
  const response = { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature), userHandle: userHandle ? text(userHandle) : null };
  return { id: got.id, rawId: text(got.rawId), type: got.type, response };
}

async function enter({ dataset }) {
  const options = await (await post(dataset.ask)).json();
  const answer = await post(dataset.passkeyEnter, await signed(options, []));
  if (!answer.ok) throw new Error("refused");
  location.assign("/");
}

/** Send the form of the button with what the passkey signed in the place of a password. */
async function sign(button) {
  const options = JSON.parse(button.dataset.passkeySign);
  const own = options.allowCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
  const form = button.form;
  form.elements.namedItem("passkey").value = JSON.stringify(await signed(options, own));
  if (button.dataset.answer) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "answer", value: button.dataset.answer }));
  form.submit();
}

for (const button of document.querySelectorAll("button[data-passkey-sign]")) {
  button.hidden = !window.PublicKeyCredential;
  const failed = button.form.querySelector("[data-failed]");
  button.addEventListener("click", () => sign(button).catch(() => { failed.textContent = failed.dataset.failed; }));
}

for (const button of document.querySelectorAll("button[data-passkey-add], button[data-passkey-enter]")) {
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", () => {
    const act = "passkeyAdd" in button.dataset ? add : enter;
    act(button).catch(() => { said.textContent = said.dataset.failed; });
  });
}
