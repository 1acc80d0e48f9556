/** Names in a gate's data folder that more than one program knows. */

/** Kill files: docs/reference/kill.md. */
export const KILL_FOLDER = 'kills'
/** Where the control listener of the newest run is, in one line. */
export const CONTROL_ADDRESS_FILE = 'control-url'
