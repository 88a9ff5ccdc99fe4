// Keeps the sign-in page up to date: a new QR code each second, what to do now, how much time is left.
// The page works without this file, by refreshing itself.
"use strict";

(() => {
  const order = document.querySelector("[data-status]");
  const element = (id) => document.getElementById(id);
  const setText = (node, text) => {
    // Only a change is read out.
    if (node && node.textContent !== text) node.textContent = text;
  };
  // Where the page goes next is answered once. Over a slow network a second try would break off the first, and find the sign-in gone.
  const longestAway = 30_000;
  let leaving = false;
  const reload = () => {
    leaving = true;
    window.setTimeout(() => (leaving = false), longestAway);
    window.location.replace(window.location.pathname);
  };

  const show = (live) => {
    const qr = element("qr");
    if (qr) {
      qr.hidden = !live.qr;
      element("steps").hidden = !live.qr;
      if (live.qr) {
        qr.querySelector("svg").setAttribute("viewBox", live.qr.viewBox);
        qr.querySelector("path").setAttribute("d", live.qr.path);
        qr.dataset.text = live.qr.text;
      }
    }
    const open = element("open");
    if (open) {
      open.hidden = !live.open;
      if (live.open) open.href = live.open;
      setText(open, live.openLabel);
    }
    setText(element("message"), live.message);
    setText(element("time"), live.time);
    element("more").hidden = !live.moreTime;
  };

  const path = order ? order.dataset.status : `${window.location.pathname}/status`;
  let asking = false;
  const ask = async () => {
    if (asking || leaving || document.hidden) return;
    asking = true;
    try {
      const response = await fetch(path, { cache: "no-store", credentials: "same-origin" });
      const live = await response.json();
      if (live.state === "order" && order) show(live);
      else if (live.state !== "awaiting-return" || order) reload();
    } catch {
      // The network is away for a moment; the next second asks again.
    } finally {
      asking = false;
    }
  };

  window.setInterval(ask, 1000);
  // Phones stop timers while the BankID app is in front: ask at once when the person is back.
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("pageshow", () => {
    leaving = false;
    ask();
  });
})();
