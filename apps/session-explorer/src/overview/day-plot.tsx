import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useShownTheme } from '../shell/theme';
import styles from './overview.module.css';

/** A line of a plot. */
export interface Series {
  readonly name: string;
  /** Name of the variable of theme.css with the colour. */
  readonly colour: '--accent' | '--success' | '--error';
  /** A value for each day; undefined: unknown. */
  readonly values: readonly (number | undefined)[];
}

interface DayPlotProps {
  readonly title: string;
  /** As `2026-11-30`, in order. */
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

const HEIGHT = 200;

/** Values by day. The line below names the values of the day under the pointer; a table beside the plots has all of them. */
export function DayPlot({ title, days, series, format }: DayPlotProps) {
  const container = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const theme = useShownTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the style of the page.
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const onHover = (index: number | null | undefined) => setHovered(index ?? undefined);
    const plot = new UPlot(optionsOf(element, { title, days, series, format }, onHover), dataOf(days, series), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [title, days, series, format, theme]);
  return (
    <figure className={styles['plot']}>
      <figcaption>
        <h3>{title}</h3>
        <p className={styles['legend']}>
          {series.map(({ name, colour, values }) => (
            <span key={name}>
              <span className={styles['swatch']} style={{ background: `var(${colour})` }} />
              {name}
              {hovered !== undefined && ` ${textOf(values[hovered], format)}`}
            </span>
          ))}
          {hovered !== undefined && <span>{days[hovered]}</span>}
        </p>
      </figcaption>
      <div ref={container} className={styles['canvas']} aria-hidden="true" />
    </figure>
  );
}

function dataOf(days: readonly string[], series: readonly Series[]): UPlot.AlignedData {
  return [days.map((_, index) => index), ...series.map(({ values }) => values.map((value) => value ?? null))];
}

function optionsOf(
  element: HTMLElement,
  { days, series, format }: DayPlotProps,
  onHover: (index: number | null | undefined) => void,
): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name);
  const axis = {
    stroke: colour('--text-quiet'),
    grid: { stroke: colour('--border'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: (_plot, _minimum, maximum) => [0, Math.max(1, maximum * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        incrs: [1, 2, 5, 10, 15, 30],
        values: (_plot, ticks) => ticks.map((tick) => dayLabel(days[tick])),
      },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...series.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 2,
        spanGaps: false,
        points: { show: days.length < 60, size: 5, fill: colour(line.colour) },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx)] },
  };
}

const dayFormat = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });

function dayLabel(day: string | undefined): string {
  return day === undefined ? '' : dayFormat.format(new Date(`${day}T00:00:00Z`));
}

function textOf(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? 'unknown' : format(value);
}
