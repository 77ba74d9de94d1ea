// A firmware in C that classifies what the host sends: it links libscruple.a and the board's start-up, no Swift.
#include <string.h>

#include "Board.h"
#include "model.h"
#include "scruple.h"

static uint8_t sample[MODEL_INPUT_COUNT];

// [ten lines]
static scruple_model model;
static uint32_t arena[MODEL_ARENA_SIZE / 4];

scruple_status classify(const uint8_t *input, scruple_verdict *verdict) {
  if (model.bytes == NULL) {
    scruple_status status = scruple_open(&model, model_bytes, MODEL_SIZE, NULL);
    if (status != SCRUPLE_OK) return status;
  }
  memcpy(scruple_input(&model, arena), input, MODEL_INPUT_COUNT);
  return scruple_run(&model, arena, sizeof arena, verdict);
}
// [/ten lines]

static void write_word(uint32_t word) { board_write(&word, sizeof word); }

/// Called by the board's start-up. Answers each input with seven words and the probabilities, until there are no more.
void firmware_main(void) {
  while (board_read(sample, sizeof sample) == sizeof sample) {
    scruple_verdict verdict = {0};
    const scruple_status status = classify(sample, &verdict);
    write_word(status);
    write_word(verdict.class_index);
    write_word(verdict.confidence);
    write_word(verdict.lower);
    write_word(verdict.upper);
    write_word(verdict.accepted);
    if (status != SCRUPLE_OK) {
      board_print(scruple_status_text(status));
      board_exit(1);
    }
    board_write(scruple_probabilities(&model, arena), 4 * MODEL_CLASS_COUNT);
  }
}
