// Selecting words of a text puts them into the field that says which passage an answer is about, and
// what stands around them into two hidden ones, which tell equal words apart.
// Without it the words are copied by hand.
"use strict";
(() => {
  const field = document.getElementById("field-passage");
  const text = document.querySelector("article .text");
  if (!field || !text) return;
  const AROUND = 32;
  const { prefix, suffix } = field.form.elements;
  const plain = (range) => range.toString().replace(/\s+/g, " ");
  // The form stands further down: below the text appears the way to it.
  const way = document.createElement("p");
  way.className = "notice";
  const link = document.createElement("a");
  link.href = "#answer";
  way.append(link);
  let taken = "";
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const inside = (node) => node && text.contains(node);
    if (!selection || selection.isCollapsed) return;
    if (!inside(selection.anchorNode) || !inside(selection.focusNode)) return;
    const words = selection.toString().replace(/\s+/g, " ").trim();
    // What somebody typed is never overwritten.
    if (!words || words.length > 1000 || field.value !== taken) return;
    field.value = taken = words;
    link.textContent = `Answer “${words.length > 80 ? `${words.slice(0, 80)}…` : words}”`;
    if (!way.isConnected) text.after(way);
    const marked = selection.getRangeAt(0);
    const around = document.createRange();
    around.selectNodeContents(text);
    around.setEnd(marked.startContainer, marked.startOffset);
    prefix.value = plain(around).slice(-AROUND);
    around.selectNodeContents(text);
    around.setStart(marked.endContainer, marked.endOffset);
    suffix.value = plain(around).slice(0, AROUND);
  });
})();
