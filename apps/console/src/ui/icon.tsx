/** Every picture of the console, drawn on 16 × 16 with lines of 1.5. */
const PATHS = {
  agent: 'M3 4.5h10v7H3zM6 11.5v2M10 11.5v2M4.5 13.5h7M6 8h.01M10 8h.01',
  alert: 'M8 2.5 14.2 13.5H1.8zM8 6.5v3.2M8 11.7v.01',
  approve: 'M2.5 8.5 6 12l7.5-8',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  audit: 'M4 2h6l3 3v9H4zM10 2v3h3M6.5 8h4M6.5 11h4',
  blocked: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5 8h6',
  board: 'M2 3h12v10H2zM2 6.5h12M6 3v10M10 3v10',
  box: 'M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6',
  check: 'M3 8.4 6.4 12 13 4.6',
  chevron: 'M6 4l4 4-4 4',
  circle: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.2 1.6',
  close: 'M4 4l8 8M12 4l-8 8',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  command: 'M2 3h12v10H2zM4.5 6 6.5 8l-2 2M8 10.5h3.5',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  deploy: 'M8 10.5V2.5M4.8 5.5 8 2.3l3.2 3.2M2.5 10v3.5h11V10',
  dots: 'M3 8h.01M8 8h.01M13 8h.01',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 11v2.5h11V11',
  drift: 'M2 6c2-3 4-3 6 0s4 3 6 0M2 11c2-3 4-3 6 0s4 3 6 0',
  environment: 'M2 4.5 8 2l6 2.5L8 7zM2 8l6 2.5L14 8M2 11.5 8 14l6-2.5',
  evidence: 'M8 1.8 13 4v4c0 3-2.2 5.2-5 6.2C5.2 13.2 3 11 3 8V4zM5.7 8l1.7 1.7 3-3.3',
  exception: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 3.8l8.4 8.4',
  external: 'M9 2.5h4.5V7M13.5 2.5 7.5 8.5M12 9.5v4H2.5V4h4',
  finding: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4M7 4.8V7.4M7 9.2v.01',
  freeze: 'M8 1.8v12.4M2.6 4.9l10.8 6.2M13.4 4.9 2.6 11.1M6.3 2.8 8 4.5l1.7-1.7M6.3 13.2 8 11.5l1.7 1.7',
  hold: 'M5.5 3.5v9M10.5 3.5v9',
  image: 'M2 4h12v3.5H2zM2 8.5h12V12H2zM4.5 5.8h.01M4.5 10.3h.01',
  inbox: 'M2 9l2-6h8l2 6v4.5H2zM2 9h3.5l1 2h3l1-2H14',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.3v3.6M8 5v.01',
  key: 'M5.5 6.5a3.2 3.2 0 1 0 2.3 5.4l.2-2L13 5V2.5h-2.5l-5 4zM5 11h.01',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  none: 'M4 8h8',
  person: 'M8 2.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM2.8 14c.4-3 2.4-4.4 5.2-4.4s4.8 1.4 5.2 4.4',
  plus: 'M8 3v10M3 8h10',
  policy: 'M8 2v12M4.5 14h7M3 4.5h10M3 4.5 1.5 9h3zM13 4.5 11.5 9h3z',
  promotion: 'M2.5 13V9h4V5.5h4V2.5h3M10.8 5.2l2.7-2.7-2.7-2.7',
  question: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.3A1.8 1.8 0 1 1 8 8.4v.9M8 11.2v.01',
  reject: 'M4 4l8 8M12 4l-8 8',
  release: 'M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM5.2 3.4l5.5 3.2v3',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  run: 'M4.5 2.8v10.4L13 8z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4',
  settings: 'M2.5 4.5h5M10.5 4.5h3M9 3v3M2.5 11.5h3M8.5 11.5h5M7 10v3',
  sign: 'M2 13.5h12M3 10.5 10.5 3l2 2L5 12.5l-2.5.5z',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  target: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  undo: 'M3 6.5h7a3.2 3.2 0 0 1 0 6.5H6.5M6 3.5l-3 3 3 3',
  users:
    'M6 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 6 3zM1.8 13c.3-2.6 1.9-3.8 4.2-3.8s3.9 1.2 4.2 3.8M10.5 3.3a2.2 2.2 0 0 1 0 4.1M11.5 9.4c1.6.4 2.5 1.6 2.7 3.6',
  vex: 'M2.5 3h11v7.5H8L5 13v-2.5H2.5zM5.5 6.5l1.7 1.7 3.3-3.4',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word; never alone unless `label` says what it means. */
export function Icon({
  name,
  label,
  size = 16,
}: {
  readonly name: IconName;
  readonly label?: string;
  readonly size?: number;
}) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
