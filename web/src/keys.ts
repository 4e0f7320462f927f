/** Whether a key that is pressed is meant for the page, or is part of what somebody writes. */

const FIELDS = 'input, textarea, select, [contenteditable]';

export function isTyping({ target }: { readonly target: EventTarget | null }): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/** Not where it is written, is a shortcut of the browser, or somebody is asked something first. */
export function isForPage(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, altKey, isComposing, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return false;
  return !isTyping(event) && document.querySelector('dialog[open]') === null;
}
