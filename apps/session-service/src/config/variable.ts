import { applyDecorators } from '@nestjs/common';
import { Expose, Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** How one kind of variable is read. */
export interface VariableFormat<T> {
  /** Completes the sentence "NAME must be …". */
  readonly expected: string;
  /** The value, or undefined for text that is not of this kind. */
  readonly parse: (text: string) => T | undefined;
}

/** A property filled from the environment variable of its name. Unreadable text is a validation error, never a default. */
export function Variable<T>(format: VariableFormat<T>): PropertyDecorator {
  return applyDecorators(
    Expose(),
    Transform(({ value }: { value: string }) => format.parse(value) ?? INVALID),
    ValidateBy({
      name: 'isReadable',
      validator: {
        validate: (value) => value !== INVALID,
        defaultMessage: (subject) => `${subject?.property} must be ${format.expected}`,
      },
    }),
  );
}

const INVALID = Symbol('unreadable');
