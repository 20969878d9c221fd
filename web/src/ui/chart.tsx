// SPDX-License-Identifier: Apache-2.0
// Events a second over the last minutes, drawn by uPlot, which is fetched when first needed. The figure itself stands beside it as text.

import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { useApp } from '../context.ts';
import { number } from '../format.ts';

export interface Point {
  /** Seconds of the browser's clock: when the figure came. */
  at: number;
  value: number;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function RateChart({ points, label }: { points: Point[]; label: string }) {
  const { lang } = useApp();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(points);
  latest.current = points;
  useEffect(() => {
    let gone = false;
    let stop = () => {};
    const draw = async () => {
      const { default: UPlot } = await import('uplot');
      const target = place.current;
      if (gone || !target) {
        return;
      }
      const make = () => {
        chart.current?.destroy();
        const axis = {
          stroke: colour('--soft'),
          grid: { stroke: colour('--line'), width: 1 },
          ticks: { show: false },
          font: '12px system-ui, sans-serif',
        };
        chart.current = new UPlot(
          {
            width: target.clientWidth,
            height: 150,
            legend: { show: false },
            cursor: { show: false },
            scales: { x: { time: false, range: [-120, 0] }, y: { range: (_self, _low, high) => [0, Math.max(10, high * 1.1)] } },
            axes: [
              {
                ...axis,
                values: (_self, splits) => splits.map((s) => (s === 0 ? '0' : `${number(s, lang).replace('-', '−')} s`)),
              },
              { ...axis, size: 52, values: (_self, splits) => splits.map((v) => number(v, lang)) },
            ],
            series: [{}, { stroke: colour('--accent'), width: 1.5, fill: colour('--accent-wash'), points: { show: false } }],
          },
          data(latest.current),
          target,
        );
      };
      make();
      const observer = new ResizeObserver(() => chart.current?.setSize({ width: target.clientWidth, height: 150 }));
      observer.observe(target);
      const scheme = window.matchMedia('(prefers-color-scheme: dark)');
      window.addEventListener('themechange', make);
      scheme.addEventListener('change', make);
      stop = () => {
        observer.disconnect();
        window.removeEventListener('themechange', make);
        scheme.removeEventListener('change', make);
      };
    };
    void draw();
    return () => {
      gone = true;
      stop();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [lang]);
  useEffect(() => chart.current?.setData(data(points)), [points]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function data(points: Point[]): uPlot.AlignedData {
  const now = points.length > 0 ? (points[points.length - 1]?.at ?? 0) : 0;
  return [points.map((p) => p.at - now), points.map((p) => p.value)];
}
