import { crc32, deflateSync } from 'node:zlib';
import type { DemoRandom } from './demo-random.js';

/** Media of a message in agno's form: content in base64, that of text files as text, or a URL. */
export interface DemoMedia {
  readonly images?: readonly object[];
  readonly audio?: readonly object[];
  readonly videos?: readonly object[];
  readonly files?: readonly object[];
}

/** A bar chart as an image of a message. */
export function chartImage(random: DemoRandom, altText: string): object {
  const heights = Array.from({ length: 8 }, () => random.between(0.2, 0.95));
  const [width, height] = [480, 270];
  const content = png(width, height, (x, y) => {
    const bar = Math.floor((x - 40) / 52);
    const isBar = x >= 40 && bar < heights.length && (x - 40) % 52 < 34;
    if (isBar && y < 240 && y > 240 - 220 * (heights[bar] ?? 0)) return bar === 2 ? [208, 92, 64] : [64, 112, 176];
    if (y === 240 || x === 34) return [90, 90, 90];
    return y % 55 === 20 ? [224, 224, 224] : [250, 250, 250];
  });
  return { id: random.uuid(), content, mime_type: 'image/png', format: 'png', alt_text: altText };
}

/** A picture with the soft colours of a photo: hills below an evening sky. */
export function photoImage(random: DemoRandom, altText: string): object {
  const [width, height] = [640, 400];
  const [phase, sun] = [random.between(0, 6), random.between(0.3, 0.7)];
  const content = png(width, height, (x, y) => {
    const near = 300 + 34 * Math.sin(x / 90 + phase) + 12 * Math.sin(x / 23);
    const far = 240 + 40 * Math.sin(x / 140 - phase);
    if (y > near) return [34, 62 + (y - near) / 6, 48];
    if (y > far) return [72, 98, 104 + (y - far) / 4];
    const glow = Math.max(0, 1 - Math.hypot(x - sun * width, y - 190) / 260);
    return [110 + y / 4 + 70 * glow, 130 + y / 8 + 40 * glow, 190 - y / 6];
  });
  return { id: random.uuid(), content, mime_type: 'image/png', format: 'png', alt_text: altText };
}

/** A second and a half of three tones as a WAV file. */
export function voiceMessage(random: DemoRandom, transcript: string): object {
  const [rate, seconds] = [8_000, 1.5];
  const samples = Buffer.alloc(rate * seconds * 2);
  for (let index = 0; index < rate * seconds; index++) {
    const tone = 220 * (1 + Math.floor((3 * index) / (rate * seconds)) / 2);
    const envelope = Math.abs(Math.sin((Math.PI * 3 * index) / (rate * seconds)));
    samples.writeInt16LE(Math.round(9_000 * envelope * Math.sin((2 * Math.PI * tone * index) / rate)), index * 2);
  }
  const content = Buffer.concat([wavHeader(samples.length, rate), samples]).toString('base64');
  const details = { sample_rate: rate, channels: 1, duration: seconds };
  return { id: random.uuid(), content, format: 'wav', mime_type: 'audio/wav', ...details, transcript };
}

/** The 44 bytes before the samples of a mono PCM file with 16 bits per sample. */
function wavHeader(dataBytes: number, rate: number): Buffer {
  const header = Buffer.from('RIFF    WAVEfmt \x10\0\0\0\x01\0\x01\0        \x02\0\x10\0data    ', 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** A PNG file in base64. @param colour red, green and blue of a pixel, 0 to 255 */
function png(width: number, height: number, colour: (x: number, y: number) => readonly number[]): string {
  const rowBytes = 1 + 3 * width;
  const rows = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    // Filter 1 stores the difference to the pixel on the left, which compresses soft colours well.
    rows[y * rowBytes] = 1;
    let left: readonly number[] = [0, 0, 0];
    for (let x = 0; x < width; x++) {
      const pixel = colour(x, y).map((value) => Math.max(0, Math.min(255, Math.round(value))));
      for (let channel = 0; channel < 3; channel++) {
        rows[y * rowBytes + 1 + 3 * x + channel] = ((pixel[channel] ?? 0) - (left[channel] ?? 0)) & 255;
      }
      left = pixel;
    }
  }
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const header = Buffer.concat([size, Buffer.from([8, 2, 0, 0, 0])]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]).toString('base64');
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
