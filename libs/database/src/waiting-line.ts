/** A place in the line; it knows since when. */
interface Place {
  readonly since: number;
}

/** Of how many who left the line the pace is the mean, the latest counting most: fewer would tell of chance. */
const LEAST_REMEMBERED = 16;

/** Those who wait for one of a pool's connections. They are served in the order in which they came. */
export class WaitingLine {
  private readonly places = new Set<Place>();
  /** How many left it since it began, served or not, and when the last of them did, or when it began. */
  private left = 0;
  private leftAt = 0;
  /** Mean time from one who left to the next, in milliseconds. */
  private pace = 0;
  private readonly remembered: number;

  /** @param connections how many there are: they may come back all at once, so fewer returns tell nothing of the pace */
  constructor(private readonly connections: number) {
    this.remembered = Math.max(LEAST_REMEMBERED, 2 * connections);
  }

  /** Takes the last place, until it is given back to `leave`. */
  join(): Place {
    const place = { since: performance.now() };
    if (this.places.size === 0) this.begin(place.since);
    this.places.add(place);
    return place;
  }

  leave(place: Place): void {
    this.places.delete(place);
    const now = performance.now();
    this.left++;
    this.pace += (now - this.leftAt - this.pace) / Math.min(this.left, this.remembered);
    this.leftAt = now;
  }

  /**
   * How long somebody who joins now will wait, in milliseconds: as long as the line needs at its pace, and at least as
   * long as the first in it has waited already. The first alone would tell too late: when many come at once, those whose
   * wait will be long are in the line before anybody has waited long.
   */
  waitMs(): number {
    const [first] = this.places;
    if (first === undefined) return 0;
    const waited = performance.now() - first.since;
    return this.left < this.connections ? waited : Math.max(waited, this.places.size * this.pace);
  }

  /** How fast another line went, some time ago, says nothing about this one. */
  private begin(now: number): void {
    this.left = 0;
    this.leftAt = now;
    this.pace = 0;
  }
}
