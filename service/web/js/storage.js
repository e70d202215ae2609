/** This device's memory: JSON in localStorage. A browser that refuses it (private windows) only forgets. */

const PREFIX = "viva.";

export function recall(key, fallback = null) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : JSON.parse(text);
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return fallback;
    throw error;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
