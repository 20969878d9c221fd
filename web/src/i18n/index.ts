// SPDX-License-Identifier: Apache-2.0
import { en } from './en.ts';
import { vi } from './vi.ts';

/** The shape of a catalogue: the same words and sentences as in English, whatever they say. */
export type Catalogue = typeof en;

export const catalogues: { en: Catalogue; vi: Catalogue } = { en, vi };
