/** A place in the line; it knows since when. */
interface Place {
  readonly since: number;
}

/** Those who wait for one of a pool's connections. They are served in the order in which they came. */
export class WaitingLine {
  private readonly places = new Set<Place>();

  /** Takes the last place, until it is given back to `leave`. */
  join(): Place {
    const place = { since: performance.now() };
    this.places.add(place);
    return place;
  }

  leave(place: Place): void {
    this.places.delete(place);
  }

  /** How long the first in line has waited, in milliseconds: whoever joins now will wait about as long. */
  waitMs(): number {
    const [first] = this.places;
    return first === undefined ? 0 : performance.now() - first.since;
  }
}
