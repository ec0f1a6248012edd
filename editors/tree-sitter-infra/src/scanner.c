// What a look ahead decides: whether a line goes on with the one above, whether a quote ends on its line, what a number is.
// It keeps nothing between two tokens.

#include "tree_sitter/parser.h"
#include <string.h>

enum Token {
  NEWLINE,
  CONTINUED,
  INFIX,
  WHERE,
  AT,
  ELSE,
  HELP,
  COMMENT,
  DOC_COMMENT,
  TYPE_NAME,
  OTHER_WORD,
  WILDCARD,
  INTEGER,
  FLOAT,
  ADDRESS,
  RANGE,
  PORT,
  QUANTITY,
  LINE_START,
  LINE_TEXT,
  LINE_END,
  LINES_START,
  LINES_TEXT,
  LINES_END,
  ESCAPE,
  INTERPOLATION_START,
  INVALID,
  ERROR_SENTINEL,
};

// How deep strings and interpolations may stand within each other; infrac reads half as much.
#define MAX_OPEN 512
// The longest word that means something, with its end.
#define WORD 8

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }
static bool is(TSLexer *lexer, int32_t sign) { return lexer->lookahead == sign && !lexer->eof(lexer); }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_lower(int32_t c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(int32_t c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(int32_t c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; }
static bool is_hex(int32_t c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_blank(int32_t c) { return c == ' ' || c == '\t'; }

static bool found(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = token;
  return true;
}

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++) {
    if (strcmp(word, *words) == 0) return true;
  }
  return false;
}

// The letters and digits that begin here, as far as they fit.
static void take_letters(TSLexer *lexer, char *into, bool joined) {
  unsigned length = 0;
  while (is_letter(lexer->lookahead) || (joined && lexer->lookahead == '-')) {
    if (length < WORD - 1) into[length] = (char)lexer->lookahead;
    length++;
    advance(lexer);
  }
  // What does not fit is no word that is looked for.
  into[length < WORD ? length : 0] = '\0';
}

// Whether `=`, `+=` or `-=` stands behind blanks here, or `{` where that counts too.
static bool begins_item(TSLexer *lexer, bool brace) {
  while (is_blank(lexer->lookahead)) advance(lexer);
  if (is(lexer, '{')) return brace;
  if (is(lexer, '+') || is(lexer, '-')) {
    advance(lexer);
    return is(lexer, '=');
  }
  if (!is(lexer, '=')) return false;
  advance(lexer);
  return !is(lexer, '=') && !is(lexer, '>');
}

// The word that goes on with a declaration, if `word` is one that may stand here.
static int continuation(const char *word, const bool *valid) {
  if (valid[WHERE] && strcmp(word, "where") == 0) return WHERE;
  if (valid[AT] && strcmp(word, "at") == 0) return AT;
  if (valid[ELSE] && strcmp(word, "else") == 0) return ELSE;
  if (valid[HELP] && strcmp(word, "help") == 0) return HELP;
  return -1;
}

// Whether the first token of a later line goes on with what stands before the line break.
static bool goes_on(TSLexer *lexer, const bool *valid) {
  for (;;) {
    while (is_blank(lexer->lookahead) || is(lexer, '\n') || is(lexer, '\r')) advance(lexer);
    if (!is(lexer, '#')) break;
    while (!is(lexer, '\n') && !lexer->eof(lexer)) advance(lexer);
  }
  if (lexer->eof(lexer)) return false;
  int32_t first = lexer->lookahead;
  if (is_lower(first)) {
    char word[WORD];
    take_letters(lexer, word, true);
    if (valid[INFIX] && (strcmp(word, "or") == 0 || strcmp(word, "and") == 0)) return !begins_item(lexer, false);
    return continuation(word, valid) >= 0 && !begins_item(lexer, true);
  }
  if (!valid[INFIX]) return false;
  advance(lexer);
  switch (first) {
    case '<':
    case '>':
    case '*':
    case '/':
    case '%':
      return true;
    case '?':
      return is(lexer, '?');
    case '=':
    case '!':
      return is(lexer, '=');
    case '+':
      return !is(lexer, '=');
    default:
      return false;
  }
}

// A line break has been read.
static bool line_break(TSLexer *lexer, const bool *valid) {
  lexer->mark_end(lexer);
  bool may_go_on = valid[INFIX] || valid[WHERE] || valid[AT] || valid[ELSE] || valid[HELP];
  return found(lexer, may_go_on && !valid[ERROR_SENTINEL] && goes_on(lexer, valid) ? CONTINUED : NEWLINE);
}

static bool comment(TSLexer *lexer, bool first_of_line) {
  advance(lexer);
  bool two = is(lexer, '#');
  if (two) advance(lexer);
  bool three = is(lexer, '#');
  lexer->mark_end(lexer);
  while (!is(lexer, '\n') && !lexer->eof(lexer)) {
    bool carriage = is(lexer, '\r');
    advance(lexer);
    // The carriage return before a line feed belongs to the line break.
    if (!carriage || !(is(lexer, '\n') || lexer->eof(lexer))) lexer->mark_end(lexer);
  }
  return found(lexer, first_of_line && two && !three ? DOC_COMMENT : COMMENT);
}

static bool word(TSLexer *lexer, const bool *valid) {
  int32_t first = lexer->lookahead;
  if (is_lower(first)) {
    bool wanted = valid[WHERE] || valid[AT] || valid[ELSE] || valid[HELP];
    char text[WORD] = "";
    unsigned length = 0;
    bool lower = true;
    while (is_letter(lexer->lookahead) || is(lexer, '-')) {
      if (is(lexer, '-')) {
        // `-` joins only what a letter follows.
        while (is(lexer, '-')) advance(lexer);
        if (!is_letter(lexer->lookahead)) break;
        length = WORD;
        continue;
      }
      lower = lower && !is_upper(lexer->lookahead);
      if (length < WORD - 1) text[length] = (char)lexer->lookahead;
      length++;
      advance(lexer);
      lexer->mark_end(lexer);
    }
    if (!lower) return found(lexer, OTHER_WORD);
    text[length < WORD ? length : 0] = '\0';
    int token = wanted && !valid[ERROR_SENTINEL] ? continuation(text, valid) : -1;
    return token >= 0 && !begins_item(lexer, true) && found(lexer, (enum Token)token);
  }
  bool plain = is_upper(first);
  unsigned length = 0;
  while (is_letter(lexer->lookahead) || is(lexer, '-')) {
    if (is(lexer, '-')) {
      while (is(lexer, '-')) advance(lexer);
      if (!is_letter(lexer->lookahead)) break;
      plain = false;
      length++;
      continue;
    }
    plain = plain && lexer->lookahead != '_';
    length++;
    advance(lexer);
    lexer->mark_end(lexer);
  }
  if (first == '_' && length == 1) return found(lexer, WILDCARD);
  return found(lexer, plain ? TYPE_NAME : OTHER_WORD);
}

// Passes over digits.
static void digits(TSLexer *lexer) {
  while (is_digit(lexer->lookahead)) advance(lexer);
}

// Whether `/tcp` comes next; the token then ends behind it.
static bool is_protocol(TSLexer *lexer) {
  static const char *const PROTOCOLS[] = {"tcp", "udp", "sctp", "icmp", "icmpv6", "esp", "gre", "ah", NULL};
  if (!is(lexer, '/')) return false;
  advance(lexer);
  if (!is_lower(lexer->lookahead)) return false;
  char text[WORD];
  take_letters(lexer, text, true);
  if (!is_one_of(text, PROTOCOLS)) return false;
  lexer->mark_end(lexer);
  return true;
}

static bool number(TSLexer *lexer) {
  static const char *const UNITS[] = {"B",   "KiB", "MiB", "GiB", "TiB", "kB",  "MB",  "GB",  "TB",  "ms",  "s",   "m",   "h",  "d",
                                      "w",   "EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "NZD", NULL};
  digits(lexer);
  lexer->mark_end(lexer);
  char text[WORD];
  unsigned parts = 1;
  while (is(lexer, '.')) {
    advance(lexer);
    // Two points lead to the last port of a span.
    if (parts == 1 && is(lexer, '.')) {
      advance(lexer);
      if (!is_digit(lexer->lookahead)) return found(lexer, INTEGER);
      digits(lexer);
      return is_protocol(lexer) ? found(lexer, PORT) : found(lexer, INTEGER);
    }
    // A point that no digit follows begins a member.
    if (!is_digit(lexer->lookahead)) return found(lexer, parts == 1 ? INTEGER : parts == 2 ? FLOAT : parts == 4 ? ADDRESS : INVALID);
    digits(lexer);
    lexer->mark_end(lexer);
    parts++;
  }
  enum Token token = parts == 1 ? INTEGER : parts == 2 ? FLOAT : parts == 4 ? ADDRESS : INVALID;
  if (token == INVALID) return found(lexer, INVALID);
  if (is(lexer, '/') && parts == 1) return found(lexer, is_protocol(lexer) ? PORT : INTEGER);
  if (is(lexer, '/') && parts == 4) {
    advance(lexer);
    if (!is_digit(lexer->lookahead)) return found(lexer, ADDRESS);
    digits(lexer);
    lexer->mark_end(lexer);
    return found(lexer, is_letter(lexer->lookahead) ? INVALID : RANGE);
  }
  if (!is_letter(lexer->lookahead)) return found(lexer, token);
  if (parts > 2 || is(lexer, '_')) return found(lexer, INVALID);
  take_letters(lexer, text, false);
  lexer->mark_end(lexer);
  return found(lexer, is_one_of(text, UNITS) ? QUANTITY : INVALID);
}

// Whether a string whose first quote has been read ends on its line, or an interpolation whose `${` has been read.
static bool ends_on_line(TSLexer *lexer, bool in_string) {
  // What is open, outermost first: a string or code between braces.
  bool open[MAX_OPEN];
  unsigned depth = 0;
  open[depth++] = in_string;
  while (depth > 0) {
    if (lexer->eof(lexer) || is(lexer, '\n') || depth == MAX_OPEN) return false;
    bool string = open[depth - 1];
    int32_t c = lexer->lookahead;
    if (!string && c == '#') return false;
    advance(lexer);
    if (string && c == '\\') {
      if (lexer->eof(lexer) || is(lexer, '\n')) return false;
      advance(lexer);
    } else if (string && c == '"') {
      depth--;
    } else if (string && c == '$' && is(lexer, '{')) {
      advance(lexer);
      open[depth++] = false;
    } else if (!string && c == '"') {
      open[depth++] = true;
    } else if (!string && c == '{') {
      open[depth++] = false;
    } else if (!string && c == '}') {
      depth--;
    }
  }
  return true;
}

// Whether nothing but blanks stands before the end of the line.
static bool is_end_of_line(TSLexer *lexer) {
  while (is_blank(lexer->lookahead) || is(lexer, '\r')) advance(lexer);
  return is(lexer, '\n');
}

static bool open_string(TSLexer *lexer) {
  advance(lexer);
  lexer->mark_end(lexer);
  if (!is(lexer, '"')) return found(lexer, ends_on_line(lexer, true) ? LINE_START : INVALID);
  advance(lexer);
  if (!is(lexer, '"')) return found(lexer, LINE_START);
  advance(lexer);
  lexer->mark_end(lexer);
  return found(lexer, is_end_of_line(lexer) ? LINES_START : INVALID);
}

static bool escape(TSLexer *lexer) {
  advance(lexer);
  int32_t letter = lexer->lookahead;
  if (lexer->eof(lexer) || letter == '\n' || letter == '\r') return found(lexer, INVALID);
  advance(lexer);
  lexer->mark_end(lexer);
  if (letter == '"' || letter == '\\' || letter == '$' || letter == 'n' || letter == 'r' || letter == 't') return found(lexer, ESCAPE);
  if (letter != 'u' || !is(lexer, '{')) return found(lexer, INVALID);
  advance(lexer);
  unsigned length = 0;
  for (; is_hex(lexer->lookahead); length++) advance(lexer);
  if (length < 1 || length > 6 || !is(lexer, '}')) return found(lexer, INVALID);
  advance(lexer);
  lexer->mark_end(lexer);
  return found(lexer, ESCAPE);
}

// `$`: an interpolation, or text that goes on. True where a token was found.
static bool dollar(TSLexer *lexer, bool has_text, enum Token text, bool *done) {
  advance(lexer);
  *done = is(lexer, '{');
  if (!*done) return false;
  if (has_text) return found(lexer, text);
  advance(lexer);
  lexer->mark_end(lexer);
  return found(lexer, ends_on_line(lexer, false) ? INTERPOLATION_START : INVALID);
}

// A piece of a string of one line.
static bool line(TSLexer *lexer) {
  bool has_text = false;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer) || is(lexer, '\n')) return has_text && found(lexer, LINE_TEXT);
    if (is(lexer, '"')) {
      if (has_text) return found(lexer, LINE_TEXT);
      advance(lexer);
      lexer->mark_end(lexer);
      return found(lexer, LINE_END);
    }
    if (is(lexer, '\\')) return has_text ? found(lexer, LINE_TEXT) : escape(lexer);
    if (is(lexer, '$')) {
      bool done;
      bool result = dollar(lexer, has_text, LINE_TEXT, &done);
      if (done) return result;
    } else {
      advance(lexer);
    }
    has_text = true;
  }
}

// A piece of a string of several lines.
static bool lines(TSLexer *lexer, bool may_end) {
  bool has_text = false;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer)) return has_text && found(lexer, LINES_TEXT);
    if (is(lexer, '\\')) return has_text ? found(lexer, LINES_TEXT) : escape(lexer);
    if (is(lexer, '$')) {
      bool done;
      bool result = dollar(lexer, has_text, LINES_TEXT, &done);
      if (done) return result;
    } else if (is(lexer, '"')) {
      unsigned quotes = 0;
      for (; quotes < 3 && is(lexer, '"'); quotes++) advance(lexer);
      if (quotes == 3 && may_end && !has_text) {
        lexer->mark_end(lexer);
        return found(lexer, LINES_END);
      }
      if (quotes == 3) {
        lexer->mark_end(lexer);
        // At the end of a line they open another text, and this one was never closed.
        if (is_end_of_line(lexer)) return found(lexer, INVALID);
      }
    } else if (is(lexer, '\n')) {
      advance(lexer);
      while (is_blank(lexer->lookahead)) advance(lexer);
      lexer->mark_end(lexer);
      if (is(lexer, '"')) {
        unsigned quotes = 0;
        for (; quotes < 3 && is(lexer, '"'); quotes++) advance(lexer);
        if (quotes == 3) return found(lexer, LINES_TEXT);
      }
    } else {
      advance(lexer);
    }
    has_text = true;
  }
}

bool tree_sitter_infra_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  if (!valid[ERROR_SENTINEL]) {
    if (valid[LINE_TEXT]) return line(lexer);
    if (valid[LINES_TEXT] || valid[LINES_END]) return lines(lexer, valid[LINES_END]);
  }
  unsigned skipped = 0;
  for (; is_blank(lexer->lookahead); skipped++) lexer->advance(lexer, true);
  if (is(lexer, '\r')) {
    advance(lexer);
    if (!is(lexer, '\n')) return false;
  }
  if (is(lexer, '\n')) {
    advance(lexer);
    return line_break(lexer, valid);
  }
  if (is(lexer, '#')) return comment(lexer, lexer->get_column(lexer) == skipped);
  if (is(lexer, '"')) return open_string(lexer);
  if (is_digit(lexer->lookahead)) return number(lexer);
  if (is_lower(lexer->lookahead) || is_upper(lexer->lookahead) || is(lexer, '_')) return word(lexer, valid);
  return false;
}

void *tree_sitter_infra_external_scanner_create(void) { return NULL; }
void tree_sitter_infra_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_infra_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_infra_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}
