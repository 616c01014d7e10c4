// The editor of a study document: CodeMirror over the text field, with problems in the margin as the server finds them.

import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { forceLinting, linter, lintGutter } from "@codemirror/lint";
import { tags } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";

// The house's own colors, in both themes; shape rather than color tells one thing from another.
const look = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], fontWeight: "600" },
  { tag: tags.comment, fontStyle: "italic" },
  { tag: [tags.typeName, tags.tagName], textDecoration: "underline" },
]);
const theme = EditorView.theme({
  "&": { color: "var(--ink)" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--paper)", color: "var(--ink)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "var(--paper)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { background: "var(--line)" },
  ".cm-panels, .cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-button, .cm-textfield": { background: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--edge)" },
  // The pictures that CodeMirror has for these are data: addresses, which this site does not load.
  ".cm-lint-marker-error": { content: "normal", width: ".7em", height: ".7em", borderRadius: "50%", background: "var(--ink)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy" },
  ".cm-foldPlaceholder": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
});

const field = document.querySelector("textarea[data-check]");

if (field) {
  const form = field.form;
  const list = document.querySelector("#found");

  /** Ask the server what is wrong, show all of it in the list, and give what stands on a line to the margin. */
  const check = async (view) => {
    const text = view.state.doc.toString();
    const body = new FormData(form);
    body.set("text", text);
    const answer = await fetch(field.dataset.check, { method: "POST", body, redirect: "error" }).catch(() => null);
    if (!answer?.ok) {
      list.innerHTML = "";
      list.append(Object.assign(document.createElement("p"), { className: "note warning", textContent: "The document could not be checked just now. What you typed is still here; save it, or try again." }));
      return [];
    }
    const found = await answer.json();
    list.innerHTML = found.html;
    return found.problems.map((problem) => {
      const line = view.state.doc.line(Math.min(Math.max(problem.line, 1), view.state.doc.lines));
      const indent = line.text.search(/\S|$/);
      return { from: line.from + indent, to: line.to, severity: "error", message: `${problem.message} ${problem.hint}`.trim(), source: problem.code };
    });
  };

  const view = new EditorView({
    doc: field.value,
    extensions: [
      basicSetup,
      yaml(),
      theme,
      syntaxHighlighting(look),
      lintGutter(),
      linter(check, { delay: 600 }),
      EditorView.lineWrapping,
      EditorView.cspNonce.of(document.querySelector("script[data-editor]").dataset.editor),
      EditorView.contentAttributes.of({ tabindex: "0", "aria-labelledby": "text-label", "aria-describedby": "text-hint" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) field.value = update.state.doc.toString();
      }),
    ],
  });
  field.hidden = true;
  field.after(view.dom);
  forceLinting(view);

  // A problem in the list leads to its line.
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link) return;
    event.preventDefault();
    const line = view.state.doc.line(Math.min(Number(link.dataset.line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  });

  let saved = field.value;
  form.addEventListener("submit", () => { saved = field.value; });
  addEventListener("beforeunload", (event) => { if (field.value !== saved) event.preventDefault(); });
}
