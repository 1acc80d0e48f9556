/** What answers call the outcomes of a decision, by index in OUTCOMES. A repeat is answered by its first decision. */
export const OUTCOME_WORDS = ['REJECTED', 'APPROVED', 'DECIDED_EARLIER', 'HELD', 'SOFT_BLOCKED'] as const
export type OutcomeWord = (typeof OUTCOME_WORDS)[number]
