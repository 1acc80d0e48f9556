/**
 * Cells: the quantities P, B, S of (owner, instrument) and what they are worth at the mark.
 *
 * An owner is (account), (desk, account), (trader, account) or (strategy, account). Owners of one account stand in blocks
 * of eight, and the eight cells of a block in one instrument are one page: an order's four cells are neighbours.
 */
import type { StateHash } from './state-hash.ts'

/** Doubles in a cell. */
export const enum Cell {
  SIZE = 8,
  P = 0,
  B = 1,
  S = 2,
  UP = 3,
  DN = 4,
}
const OWNERS_PER_BLOCK = 8

export class Cells {
  readonly f: Float64Array
  pages = 0
  /** Instrument and block of each page, and the next page of the same instrument. */
  readonly pageInstrument: Int32Array
  readonly pageBlock: Int32Array
  readonly pageNext: Int32Array
  readonly firstPage: Int32Array
  /** Page + 1 by instrument and block. */
  readonly #table: Int32Array
  readonly #blocks: number

  /** Account of each block and how many of its owners are given. */
  blocks = 0
  readonly blockAccount: Int32Array
  readonly #blockUsed: Int32Array
  readonly #lastBlock: Int32Array
  /** Subject and kind (0 account, 1 desk, 2 trader, 3 strategy) by owner code. */
  readonly ownerSubject: Int32Array
  readonly ownerKind: Int32Array

  readonly pagesMax: number

  constructor(pagesMax: number, instruments: number, scopes: number) {
    this.pagesMax = pagesMax
    this.f = new Float64Array(pagesMax * OWNERS_PER_BLOCK * Cell.SIZE)
    this.pageInstrument = new Int32Array(pagesMax)
    this.pageBlock = new Int32Array(pagesMax)
    this.pageNext = new Int32Array(pagesMax)
    this.firstPage = new Int32Array(instruments).fill(-1)
    this.#blocks = scopes
    this.#table = new Int32Array(instruments * scopes)
    this.blockAccount = new Int32Array(scopes)
    this.#blockUsed = new Int32Array(scopes)
    this.#lastBlock = new Int32Array(scopes).fill(-1)
    this.ownerSubject = new Int32Array(scopes * OWNERS_PER_BLOCK)
    this.ownerKind = new Int32Array(scopes * OWNERS_PER_BLOCK)
  }

  get ownersAreFull(): boolean {
    // A binding makes at most two owners, each of which may open a block.
    return this.blocks + 2 > this.#blocks
  }

  /** Gives (kind, subject, account) its owner code. */
  addOwner(kind: number, subject: number, account: number): number {
    let block = this.#lastBlock[account]!
    if (block < 0 || this.#blockUsed[block] === OWNERS_PER_BLOCK) {
      block = this.blocks++
      this.blockAccount[block] = account
      this.#lastBlock[account] = block
    }
    const owner = block * OWNERS_PER_BLOCK + this.#blockUsed[block]!
    this.#blockUsed[block] = this.#blockUsed[block]! + 1
    this.ownerSubject[owner] = subject
    this.ownerKind[owner] = kind
    return owner
  }

  /** Offset in `f` of a cell, or -1 where its page was never touched. */
  find(owner: number, instrument: number): number {
    const page = this.#table[instrument * this.#blocks + (owner >> 3)]! - 1
    return page < 0 ? -1 : (page * OWNERS_PER_BLOCK + (owner & 7)) * Cell.SIZE
  }

  /** Offset in `f` of a cell; makes its page. */
  open(owner: number, instrument: number): number {
    const block = owner >> 3
    const at = instrument * this.#blocks + block
    let page = this.#table[at]! - 1
    if (page < 0) {
      page = this.pages++
      if (page >= this.pagesMax) throw new Error('cell pages are used up: the decision should have refused')
      this.pageInstrument[page] = instrument
      this.pageBlock[page] = block
      this.pageNext[page] = this.firstPage[instrument]!
      this.firstPage[instrument] = page
      this.#table[at] = page + 1
    }
    return (page * OWNERS_PER_BLOCK + (owner & 7)) * Cell.SIZE
  }

  /** How many owners the page's block has. */
  ownersIn(page: number): number {
    return this.#blockUsed[this.pageBlock[page]!]!
  }

  /** Owner code of the cell at an offset. */
  ownerAt(offset: number): number {
    const cell = offset / Cell.SIZE
    return this.pageBlock[cell >> 3]! * OWNERS_PER_BLOCK + (cell & 7)
  }

  hashInto(hash: StateHash): void {
    hash.ints(this.pageInstrument, this.pages)
    hash.ints(this.pageBlock, this.pages)
    hash.nums(this.f, this.pages * OWNERS_PER_BLOCK * Cell.SIZE)
    hash.ints(this.ownerSubject, this.blocks * OWNERS_PER_BLOCK)
    hash.ints(this.ownerKind, this.blocks * OWNERS_PER_BLOCK)
  }
}
