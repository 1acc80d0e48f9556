/** The columns of a limit row. */

/** Doubles in a row: hard, hardForReducing, soft (of D08 in money), param, the next warning up, the re-arm level down. */
export const enum Row {
  NUMS = 8,
  /** Where a row begins among the doubles, and among the ints, is its slot shifted by this. */
  SHIFT = 3,
  HARD = 0,
  HARD_REDUCING = 1,
  SOFT = 2,
  PARAM = 3,
  WARN_UP = 4,
  WARN_DOWN = 5,
  /**
   * The largest use at which nothing about the row needs a second look: not over hard or soft, below the next warning. -Infinity
   * where the row is special, or a warning stands that may fall. The walk over the rows compares with this alone.
   */
  CALM = 7,
  /** Capital base that `hard` of a D08 row is a share of gives the money that the row allows. */
  MONEY = 6,

  /** Ints in a row. */
  INTS = 8,
  CONTROL = 0,
  /** Versioned row id. */
  ID = 1,
  /** Bits of LIMIT_SPECIAL and LIMIT_WAIVED. */
  FLAGS = 2,
  /** Index in SESSION_PHASES + 1 of the only phase that the row is for; 0 any. */
  PHASE = 3,
  SUBJECT = 4,
  KIND = 5,
  OBJECT = 6,
  /** Warning level that stands, 0 to WARN_LEVELS. */
  LEVEL = 7,
}
export const enum RowFlag {
  /** The row's measure or its limit is its own: windows, collars, shares of capital, own units, looser for reducing. */
  SPECIAL = 1,
  /** Action ALERT or mode SHADOW: the row is recorded and never refuses. */
  WAIVED = 2,
}
