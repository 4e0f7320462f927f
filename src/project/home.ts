/** Where runs are kept unless said otherwise. */
export const HOME = 'runs';
/** The ledger of the project, where a command is started. */
export const LEDGER = 'ledger';
/** What was decided and answered in question trees, and what waits for people. */
export const MEMORY = 'memory/trees.db';
/** Who holds which of that, and what people have committed. */
export const DESK = 'memory/desk.db';
/** Keys and sessions of the workbench. */
export const ACCESS = 'access';
