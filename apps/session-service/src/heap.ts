import { setFlagsFromString } from 'node:v8';

/**
 * Imported first, because it concerns all modules. V8 collects garbage whenever its heap has grown by a small part, or as many
 * bytes lie outside it. The live heap of this service is small and large responses pass by outside: half of their CPU
 * went into collections. So the heap may grow to three times its live size.
 */
setFlagsFromString('--heap-growing-percent=200');
