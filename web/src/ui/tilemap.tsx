// SPDX-License-Identifier: Apache-2.0
// The provinces as tiles of one size, roughly where they lie, each with its number: no province is too small to see, and no colour says
// anything that the text does not. The two archipelagos stand where they are administered.

import { useApp } from '../context.ts';
import { CLASSES, classOf, shortPlace } from '../measures.ts';
import type { Tile } from '../types.ts';

/** How wide the grid of tiles is. */
const COLUMNS = 7;

export function TileMap({
  tiles,
  label,
  edges,
  edgeText,
  text,
  diverging,
}: {
  tiles: Tile[];
  label: string;
  edges: number[];
  edgeText: (edge: number) => string;
  text: (tile: Tile) => string;
  diverging?: boolean;
}) {
  const { t, say } = useApp();
  const notes = tiles.filter((tile) => tile.note);
  const kind = diverging ? 'loss' : '';
  return (
    <figure class={`map ${kind}`}>
      <ul class="tiles" aria-label={label}>
        {tiles.map((tile) => (
          <li
            key={tile.code}
            class={`tile c${tile.suppressed || tile.value == null ? 'none' : classOf(Number(tile.value), edges)}`}
            style={{ gridColumn: String(tile.col + 1), gridRow: String(tile.row + 1) }}
            title={`${tile.name}: ${text(tile)}${tile.note ? ` (${say(tile.note)})` : ''}`}
          >
            <span class="tile-name">{shortPlace(tile.name)}</span>
            <span class="tile-value">{text(tile)}</span>
          </li>
        ))}
        {notes.map((tile) => (
          <li
            key={`note${tile.code}`}
            class="island"
            // To the east of its province where there is room for the words, else just below.
            style={
              tile.col + 3 <= COLUMNS
                ? { gridColumn: `${tile.col + 2} / span 2`, gridRow: String(tile.row + 1) }
                : { gridColumn: `${COLUMNS - 2} / span 3`, gridRow: String(tile.row + 2) }
            }
          >
            <span aria-hidden="true" class="dots">
              ∴
            </span>
            {say(tile.note)}
          </li>
        ))}
      </ul>
      <figcaption>
        <span class="legend">
          {edges.length > 0 &&
            Array.from({ length: Math.min(CLASSES, edges.length + 1) }, (_, i) => (
              <span key={i} class="legend-class">
                <span class={`swatch c${i}`} aria-hidden="true" />
                {i === 0 ? t.under(edgeText(edges[0] ?? 0)) : t.atLeast(edgeText(edges[i - 1] ?? 0))}
              </span>
            ))}
          <span class="legend-class">
            <span class="swatch cnone" aria-hidden="true" />
            {t.noFigure}
          </span>
        </span>
      </figcaption>
    </figure>
  );
}
