// The window that asked for the sign-in has lost sight of this one on its way through another site; it listens here.
const { server, ok, page, popup } = document.body.dataset;
const channel = new BroadcastChannel("interlock.login");
channel.postMessage({ server, ok: ok === "true" });
channel.close();
if (popup === "true") window.close();
else if (ok === "true") location.replace(page);
