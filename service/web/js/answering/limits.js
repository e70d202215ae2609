/** The longest answer that the server takes, in characters (code points), and where people are warned. */
export const MAX_LENGTH = 20_000;
export const WARN_LENGTH = 19_000;
