/* Comforts on top of pages that work without this file:
   autosave, uploads that resume, one submit a click, characters left, focus on the errors. */
(() => {
  "use strict";
  const words = JSON.parse(document.currentScript.dataset.words || "{}");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text, ...parts) => parts.reduce((t, part, n) => t.replace(`{${n}}`, part), words[text] || text);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const token = (form) => form.elements.csrfmiddlewaretoken?.value
    || (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";

  all("[data-js]").forEach((part) => { part.hidden = false; });
  document.querySelector("[data-focus]")?.focus();

  /* Characters left, told when typing pauses. */
  all("[data-count]").forEach((box) => {
    const line = document.createElement("p");
    let timer;
    line.className = "count";
    line.setAttribute("role", "status");
    box.after(line);
    const tell = () => {
      const left = box.dataset.count - box.value.length;
      line.textContent = left < 0 ? say("over", -left) : left < box.dataset.count / 2 ? say("left", left) : "";
    };
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(tell, 400); });
    tell();
  });

  /* Autosave: on a pause and when a field is left, one at a time. Each names what the page had seen, so one that comes late,
     after a button was pressed, changes nothing; a page still typed into tries once more. */
  all("form[data-autosave]").forEach((form) => {
    const line = form.querySelector("[data-saved]"), seen = form.elements.seen;
    let timer, before, saving, again;
    const fields = () => {
      const data = new URLSearchParams();
      new FormData(form).forEach((value, name) => { if (typeof value === "string") data.append(name, value); });
      return data;
    };
    const text = () => { const data = fields(); data.delete("csrfmiddlewaretoken"); data.delete("seen"); return String(data); };
    const post = async () => {
      const reply = await fetch(form.dataset.autosave, {
        method: "POST", body: fields(), keepalive: true, credentials: "same-origin",
        headers: { "X-Autosave": "1", "X-CSRFToken": token(form) },
      });
      if ((!reply.ok && reply.status !== 409) || reply.redirected) throw reply;
      const told = await reply.json();
      if (seen) seen.value = told.seen;
      return told.saved;
    };
    const save = async () => {
      clearTimeout(timer);
      if (saving) { again = true; return; }
      const now = text();
      if (now === before || form.dataset.sent) return;
      saving = true;
      try {
        if (!await post() && (form.dataset.sent || !await post())) throw form;
        before = now;
        const at = new Date();
        const two = (n) => String(n).padStart(2, "0");
        if (line) line.textContent = say("saved", two(at.getHours()), two(at.getMinutes()));
      } catch {
        if (line) line.textContent = say("unsaved");
        timer = setTimeout(save, 10000);
      }
      saving = false;
      if (again) { again = false; save(); }
    };
    before = text();
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 1500); });
    form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(save, 100); });
    addEventListener("online", save);
    addEventListener("pagehide", save);
  });

  /* Uploads in pieces: after a lost connection we ask how far we came and go on from there. */
  all("input[type=file][data-upload]").forEach((input) => {
    const form = input.form, box = input.closest("[data-upload-box]");
    const state = box?.querySelector("[data-upload-state]"), bar = box?.querySelector("progress");
    const into = form.elements[input.dataset.uploadInto];
    const base = input.dataset.upload, name = input.name;
    let run = 0;
    const show = (text, percent) => {
      if (state) { state.hidden = false; if (state.textContent !== text) state.textContent = text; }
      if (bar) { bar.hidden = percent === undefined; bar.value = percent || 0; }
    };
    const call = async (url, options) => {
      const reply = await fetch(url, { credentials: "same-origin", ...options,
        headers: { "X-CSRFToken": token(form), ...options.headers } });
      if (reply.ok || reply.status === 409) return reply;
      const error = new Error();
      error.final = reply.status >= 400 && reply.status < 500 && ![408, 425, 429].includes(reply.status);
      try { const body = await reply.json(); error.text = body.message || body.error; } catch { /* not JSON */ }
      throw error;
    };
    /* Tries until it works, the person picks another file, or the server says a final no. */
    const insist = async (mine, work) => {
      for (let pause = 1000; ; pause = Math.min(pause * 2, 30000)) {
        try { return await work(); } catch (error) {
          if (error.final || mine !== run) throw error;
          show(say("waiting"), bar?.value);
          await wait(pause);
        }
      }
    };
    const send = async (file, mine) => {
      const made = await insist(mine, async () => (await call(base, { method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name: file.name, size: file.size, requirement: input.dataset.requirement || "" }) })).json());
      const url = `${base}${made.id}/`, step = made.chunk || 262144;
      let offset = made.offset || 0, lost = false;
      while (offset < file.size && mine === run) {
        offset = await insist(mine, async () => {
          if (lost) {
            const head = await call(url, { method: "HEAD" });
            offset = Number(head.headers.get("Upload-Offset"));
            lost = false;
            if (offset >= file.size) return offset;
          }
          lost = true;
          const reply = await call(url, { method: "PATCH", body: file.slice(offset, offset + step),
            headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) } });
          if (reply.status === 409) throw new Error();
          const body = await reply.json();
          lost = false;
          return body.offset;
        });
        const percent = Math.round(100 * offset / file.size);
        show(say("sending", percent), percent);
      }
      return made.id;
    };
    /* What was said of an earlier file is not true of this one: beside the field and in the summary. */
    const forgive = () => {
      const error = document.getElementById(`e-${name}`);
      if (!error) return;
      const entry = document.querySelector(`.errors a[href="#f-${name}"]`)?.closest("li");
      const summary = entry?.closest(".errors");
      const described = input.getAttribute("aria-describedby").split(" ").filter((id) => id !== error.id);
      error.remove();
      entry?.remove();
      if (summary && !summary.querySelector("li")) summary.remove();
      input.closest(".field-error")?.classList.remove("field-error");
      input.removeAttribute("aria-invalid");
      if (described.length) input.setAttribute("aria-describedby", described.join(" "));
      else input.removeAttribute("aria-describedby");
    };
    input.addEventListener("change", async () => {
      const file = input.files[0], mine = ++run;
      if (!file) return;
      into.value = "";
      input.name = name;
      form.dataset.uploads = Number(form.dataset.uploads || 0) + 1;
      show(say("sending", 0), 0);
      try {
        const id = await send(file, mine);
        if (mine === run) {
          into.value = id;
          input.removeAttribute("name");
          show(say("sent", file.name));
          forgive();
          form.dispatchEvent(new Event("change"));
        }
      } catch (error) {
        if (mine === run) show(error.text || say("failed"));
      }
      form.dataset.uploads -= 1;
      if (form.dataset.uploads === "0" && form.waiting) { const by = form.waiting; form.waiting = null; form.requestSubmit(by); }
    });
  });

  /* One submit a click; a form waits for its uploads. The server would not mind either way. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (Number(form.dataset.uploads)) {
      event.preventDefault();
      form.waiting = event.submitter;
      all("[data-upload-state]", form).forEach((line) => { if (!line.hidden) line.textContent = say("then"); });
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), 8000);
  });
  const release = (form) => {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };
  addEventListener("pageshow", (event) => { if (event.persisted) all("form").forEach(release); });
})();
