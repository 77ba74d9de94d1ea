// Scruple for C: from the bytes of a .scruple file to a verdict on a microcontroller.
//
// The functions allocate nothing, keep no state of their own and call nothing but memset and memcpy. They may be
// called from interrupts and from several threads, each with an arena of its own. Whatever is wrong with a file or
// with an argument is a status; no content of a file makes them touch memory outside what they are given.
//
// Probabilities are fixed-point numbers, Q1.31: p stands for p / 2^31, so 0x80000000 is 1.
#ifndef SCRUPLE_H
#define SCRUPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a function has to say: SCRUPLE_OK, or what is wrong.
typedef uint32_t scruple_status;

enum {
  SCRUPLE_OK = 0,

  // The file is no model, or not one that this library can run. The fault's fields are named behind each.

  /// Its address is not a multiple of 4. value: the address modulo 4.
  SCRUPLE_MISALIGNED = 1,
  /// It ends too early. value: its bytes; expected: how many there should be.
  SCRUPLE_TRUNCATED = 2,
  /// Bytes follow its end: pass its exact size, see scruple_file_size. value, expected: as before.
  SCRUPLE_TRAILING_BYTES = 3,
  /// It does not start with "SCRU". value: the first four bytes; expected: these.
  SCRUPLE_NOT_A_MODEL = 4,
  /// It has another version of the format. value: its version; expected: the one this library reads.
  SCRUPLE_UNSUPPORTED_VERSION = 5,
  /// Its CRC-32 differs, so it was damaged. value: the CRC-32 in the file; expected: of its bytes.
  SCRUPLE_CHECKSUM_MISMATCH = 6,
  /// A field has an illegal value. offset, value; expected: the nearest legal value.
  SCRUPLE_FIELD_OUT_OF_RANGE = 7,
  /// A field contradicts others. offset, value; expected: what the others determine.
  SCRUPLE_FIELD_MISMATCH = 8,
  /// A reserved field or padding is not zero. offset, value.
  SCRUPLE_NOT_ZERO = 9,
  /// A section's kind is not known. offset; value: the kind.
  SCRUPLE_UNKNOWN_SECTION = 10,
  /// An operation is not known. offset; value: its code.
  SCRUPLE_UNKNOWN_OPERATION = 11,
  /// A weight layout is not known. offset; value: its code.
  SCRUPLE_UNKNOWN_WEIGHT_LAYOUT = 12,
  /// An operation reaches outside the arena. offset; value: where it starts; expected: the arena's size.
  SCRUPLE_OUTSIDE_ARENA = 13,
  /// An operation's input and output overlap. offset; value: the output's place; expected: the input's.
  SCRUPLE_OVERLAPPING_REGIONS = 14,

  // The call is wrong.

  /// The arena has fewer bytes than scruple_arena_size says.
  SCRUPLE_ARENA_TOO_SMALL = 32,
  /// The arena's address is not a multiple of 4.
  SCRUPLE_MISALIGNED_ARENA = 33,
  /// A pointer that must not be NULL is.
  SCRUPLE_NULL_POINTER = 34,
  /// The model was not opened, or opening it failed.
  SCRUPLE_NOT_OPEN = 35,
};

/// Where a file is wrong, and how. What a status does not name is 0.
typedef struct scruple_fault {
  /// File offset in bytes of the field that is wrong.
  uint32_t offset;
  /// What is there.
  uint32_t value;
  /// What should be there.
  uint32_t expected;
} scruple_fault;

/// A view of a model in flash, two words, made by scruple_open. Copy it freely; it needs no closing, and lives as
/// long as the bytes that it looks at. All zeros is a model that is not open.
typedef struct scruple_model {
  /// The file's first byte.
  const void *bytes;
  /// The file's size in bytes.
  uint32_t size;
} scruple_model;

/// What the model says about one input.
typedef struct scruple_verdict {
  /// The most probable class, 0…class count − 1; the first one among equals.
  uint32_t class_index;
  /// Its probability, Q1.31.
  uint32_t confidence;
  /// The float twin's probability of that class is at least this, Q1.31; 0 without a certificate.
  uint32_t lower;
  /// The float twin's probability of that class is at most this, Q1.31; 1 without a certificate.
  uint32_t upper;
  /// Whether the file has a threshold and `lower` reaches it, or `confidence` without a certificate. Where not: the model doesn't know, abstain.
  bool accepted;
} scruple_verdict;

/// The size in bytes of the file at the start of a larger piece of flash, for scruple_open; 0 where no file starts,
/// or where it would not fit. Looks at the header only.
///
/// bytes: any address. size: how many bytes may be read there.
uint32_t scruple_file_size(const void *bytes, uint32_t size);

/// Opens a model where it lies, after checking everything that docs/format.md says about it: in one pass over the
/// file, without copying. Once is enough: later calls rely on it, so the bytes must not change.
///
/// model: receives the view; all zeros unless the status is SCRUPLE_OK.
/// bytes: the file, at an address that is a multiple of 4.
/// size: the file's exact size in bytes.
/// fault: receives where and what, all zeros where nothing is wrong; may be NULL.
scruple_status scruple_open(scruple_model *model, const void *bytes, uint32_t size, scruple_fault *fault);

/// The bytes of RAM that a run takes. 0 where the model is not open, as with the next three.
uint32_t scruple_arena_size(const scruple_model *model);

/// The bytes of one input.
uint32_t scruple_input_count(const scruple_model *model);

/// The number of classes, at least 2.
uint32_t scruple_class_count(const scruple_model *model);

/// The confidence, Q1.31, from which on the model accepts; 0 where the file has none.
uint32_t scruple_threshold(const scruple_model *model);

/// The label of a class as UTF-8, in the file and so with its lifetime; NULL where there is none.
const char *scruple_label(const scruple_model *model, uint32_t class_index);

/// Where in the arena to write the next input: scruple_input_count bytes, pixels as they are, other values as
/// docs/format.md says. To be written before every run, because a run overwrites it. NULL where the model is not open.
uint8_t *scruple_input(const scruple_model *model, void *arena);

/// Classifies the input in the arena. Takes the same number of instructions for every input of a model.
///
/// arena: at an address that is a multiple of 4; its other bytes may hold anything.
/// arena_size: its size in bytes, scruple_arena_size or more.
/// verdict: receives the answer; untouched unless the status is SCRUPLE_OK.
scruple_status scruple_run(
    const scruple_model *model, void *arena, uint32_t arena_size, scruple_verdict *verdict);

/// After a run: the probabilities of all classes, Q1.31, in the arena until it is written again. NULL where the model
/// is not open.
const uint32_t *scruple_probabilities(const scruple_model *model, const void *arena);

/// What a status means, in English. In the image only where it is called.
const char *scruple_status_text(scruple_status status);

#ifdef __cplusplus
}
#endif

#endif
