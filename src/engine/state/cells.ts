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

export type Cells = ReturnType<typeof createCells>

export function createCells(pagesMax: number, instruments: number, scopes: number) {
  let pages = 0
  const f = new Float64Array(pagesMax * OWNERS_PER_BLOCK * Cell.SIZE)
  /** Instrument and block of each page, and the next page of the same instrument. */
  const pageInstrument = new Int32Array(pagesMax)
  const pageBlock = new Int32Array(pagesMax)
  const pageNext = new Int32Array(pagesMax)
  const firstPage = new Int32Array(instruments).fill(-1)
  /** Page + 1 by instrument and block. */
  const table = new Int32Array(instruments * scopes)
  /** Account of each block and how many of its owners are given. */
  let blocks = 0
  const blockAccount = new Int32Array(scopes)
  const blockUsed = new Int32Array(scopes)
  const lastBlock = new Int32Array(scopes).fill(-1)
  /** Subject and kind (0 account, 1 desk, 2 trader, 3 strategy) by owner code. */
  const ownerSubject = new Int32Array(scopes * OWNERS_PER_BLOCK)
  const ownerKind = new Int32Array(scopes * OWNERS_PER_BLOCK)

  /** Gives (kind, subject, account) its owner code. */
  function addOwner(kind: number, subject: number, account: number): number {
    let block = lastBlock[account]!
    if (block < 0 || blockUsed[block] === OWNERS_PER_BLOCK) {
      block = blocks++
      blockAccount[block] = account
      lastBlock[account] = block
    }
    const owner = block * OWNERS_PER_BLOCK + blockUsed[block]!
    blockUsed[block] = blockUsed[block]! + 1
    ownerSubject[owner] = subject
    ownerKind[owner] = kind
    return owner
  }

  /** Offset in `f` of a cell, or -1 where its page was never touched. */
  function find(owner: number, instrument: number): number {
    const page = table[instrument * scopes + (owner >> 3)]! - 1
    return page < 0 ? -1 : (page * OWNERS_PER_BLOCK + (owner & 7)) * Cell.SIZE
  }

  /** Offset in `f` of a cell; makes its page. */
  function open(owner: number, instrument: number): number {
    const block = owner >> 3
    const at = instrument * scopes + block
    let page = table[at]! - 1
    if (page < 0) {
      page = pages++
      if (page >= pagesMax) throw new Error('cell pages are used up: the decision should have refused')
      pageInstrument[page] = instrument
      pageBlock[page] = block
      pageNext[page] = firstPage[instrument]!
      firstPage[instrument] = page
      table[at] = page + 1
    }
    return (page * OWNERS_PER_BLOCK + (owner & 7)) * Cell.SIZE
  }

  /** How many owners the page's block has. */
  function ownersIn(page: number): number {
    return blockUsed[pageBlock[page]!]!
  }

  /** Owner code of the cell at an offset. */
  function ownerAt(offset: number): number {
    const cell = offset / Cell.SIZE
    return pageBlock[cell >> 3]! * OWNERS_PER_BLOCK + (cell & 7)
  }

  function hashInto(hash: StateHash): void {
    hash.ints(pageInstrument, pages)
    hash.ints(pageBlock, pages)
    hash.nums(f, pages * OWNERS_PER_BLOCK * Cell.SIZE)
    hash.ints(ownerSubject, blocks * OWNERS_PER_BLOCK)
    hash.ints(ownerKind, blocks * OWNERS_PER_BLOCK)
  }

  return {
    f,
    pages: (): number => pages,
    pageInstrument,
    pageBlock,
    pageNext,
    firstPage,
    blocks: (): number => blocks,
    blockAccount,
    ownerSubject,
    ownerKind,
    pagesMax,
    // A binding makes at most two owners, each of which may open a block.
    ownersAreFull: (): boolean => blocks + 2 > scopes,
    addOwner,
    find,
    open,
    ownersIn,
    ownerAt,
    hashInto,
  }
}
