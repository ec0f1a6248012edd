/**
 * The language, for editors. `grammar/infra.pest` is what people read and `src/syntax` what infrac runs; a test holds the three equal.
 *
 * What a look ahead decides there is decided in `src/scanner.c` here: whether a line goes on with the one above, whether a quote ends
 * on its line, what a number is.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** No expression may use them as names; labels, attributes, members and keys may. */
const RESERVED = ['if', 'then', 'else', 'match', 'for', 'in', 'and', 'or', 'not', 'true', 'false', 'none', 'by', 'where', 'at', 'help'];

/** Words that only the start of an item makes special. */
const DECLARATIONS = ['input', 'output', 'let', 'check', 'fn', 'type', 'enum'];

/** Keywords of blocks that have labels of any kind; the others are keywords only directly before a body or a string. */
const WITH_LABELS = ['match', 'in', 'and', 'or', 'not', 'true', 'false', 'none', 'by'];
const BEFORE_TEXT = ['input', 'output', 'let', 'fn', 'type', 'enum', 'then', 'else', 'where', 'at', 'help', 'for'];

/** Reserved words that may be labels. */
const LABELS = RESERVED.filter((word) => !['for', 'if', 'by'].includes(word));

/** A word that is a name here, whatever it is elsewhere. */
const named = ($, words, name) => choice(alias($.identifier, name), ...words.map((word) => alias(word, name)));

/** Elements between brackets: `,` or a line break separates them. */
const elements = ($, element) => seq(element, repeat(seq($._separator, element)), optional($._separator));

/** `for x in xs if p :` of a list or a map that is built. */
const eachOf = ($) => [
  repeat($._newline),
  'for',
  repeat($._newline),
  $._bindings,
  optional(seq(repeat($._newline), $.condition)),
  repeat($._newline),
  ':',
  repeat($._newline),
];

module.exports = grammar({
  name: 'infra',

  word: ($) => $.identifier,

  reserved: {
    global: () => RESERVED,
  },

  externals: ($) => [
    // A line break that separates, and one that does not because the next line goes on with this one.
    $._newline,
    $._continued,
    // Valid where an infix operator may stand; no text is ever read as it.
    $._infix,
    // Words that go on with a declaration, unless they begin an item.
    $._where,
    $._at,
    $._else,
    $._help,
    $.comment,
    $.doc_comment,
    $.type_name,
    $._other_word,
    $.wildcard,
    $.integer,
    $.float,
    $.address,
    $.range,
    $.port,
    $.quantity,
    $._line_start,
    $._line_text,
    $._line_end,
    $._lines_start,
    $._lines_text,
    $._lines_end,
    $.escape,
    $._interpolation_start,
    // What begins like a token and is none.
    $._invalid,
    $._error_sentinel,
  ],

  extras: ($) => [/[ \t]/, $._continued, $.comment, $.doc_comment],

  supertypes: ($) => [$.item, $.expression, $.type],

  rules: {
    file: ($) => seq(repeat($._newline), optional($._items)),

    _items: ($) => elements($, $.item),
    _separator: ($) => choice(seq(',', repeat($._newline)), repeat1($._newline)),

    // ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────

    identifier: () => /[a-z]([a-z0-9_]|-+[a-z0-9_])*/,
    // Any word in lower case.
    _lower: ($) => named($, RESERVED, $.identifier),
    _word: ($) => choice(named($, RESERVED, $.property), alias($.type_name, $.property), alias($._other_word, $.property)),

    // ── items ────────────────────────────────────────────────────────────────────────────────────────────────────────

    item: ($) =>
      choice(
        $.attribute,
        $.block,
        $.input,
        $.output,
        $.let,
        $.check,
        $.function,
        $.type_alias,
        $.enum,
        $.repetition,
        $.guard,
        $.alone,
      ),

    attribute: ($) =>
      seq(
        field('name', choice($._attribute_name, alias($._plain, $.string))),
        field('operator', choice('=', '+=', '-=')),
        repeat($._newline),
        field('value', $.expression),
      ),
    // `name` is `name = name`, in a map too.
    alone: ($) => field('name', $.identifier),
    _attribute_name: ($) => named($, [...RESERVED, ...DECLARATIONS], $.property),

    block: ($) =>
      choice(
        seq(field('keyword', $._keyword_with_labels), repeat(field('label', $._label)), $._head),
        seq(
          field('keyword', $._keyword_before_text),
          choice(field('body', $.body), seq(field('label', $.string), repeat(field('label', $._label)), $._head)),
        ),
        seq(field('keyword', $._check_block), field('body', $.body)),
      ),
    _head: ($) => seq(optional($.repeat), optional($.condition), field('body', $.body)),
    _keyword_with_labels: ($) => named($, WITH_LABELS, $.keyword),
    _keyword_before_text: ($) => choice(...BEFORE_TEXT.map((word) => alias(word, $.keyword))),
    // Behind `check`, a brace always opens a body.
    _check_block: ($) => prec(1, alias('check', $.keyword)),
    _label: ($) => choice(named($, LABELS, $.label), $.string),

    repeat: ($) => seq('for', repeat($._newline), $._bindings, optional(seq('by', repeat($._newline), field('key', $.expression)))),
    condition: ($) => seq('if', repeat($._newline), $.expression),
    body: ($) => seq('{', repeat($._newline), optional($._items), '}'),
    _bindings: ($) => seq($.binding, repeat(seq(',', repeat($._newline), $.binding))),
    binding: ($) =>
      seq(
        field('name', $.identifier),
        optional(seq(',', repeat($._newline), field('name', $.identifier))),
        'in',
        repeat($._newline),
        field('source', $.expression),
      ),

    repetition: ($) => seq('for', $._bindings, optional($.condition), field('body', $.body)),
    guard: ($) => seq($.condition, field('body', $.body)),
    input: ($) => seq('input', field('name', $._lower), ':', field('type', $.type), optional($._value), optional($.refinement)),
    output: ($) => seq('output', field('name', $._lower), optional(seq(':', field('type', $.type))), optional($._value)),
    let: ($) => seq('let', field('name', $._lower), optional(seq(':', field('type', $.type))), $._value),
    _value: ($) => seq('=', repeat($._newline), field('value', $.expression)),
    function: ($) =>
      seq('fn', field('name', $._lower), field('parameters', $.parameters), '->', field('result', $.type), $._value),
    parameters: ($) => seq('(', repeat($._newline), optional(elements($, $.parameter)), ')'),
    parameter: ($) => seq(field('name', $._lower), ':', field('type', $.type)),
    type_alias: ($) =>
      seq('type', field('name', choice($.type_name, $._lower)), '=', field('type', $.type), optional($.refinement)),
    enum: ($) =>
      seq('enum', field('name', choice($.type_name, $._lower)), '{', repeat($._newline), optional(elements($, $.enum_member)), '}'),
    enum_member: ($) => $._lower,
    check: ($) => seq('check', field('condition', $.expression), optional($.place), optional($.message), optional($.advice)),
    refinement: ($) =>
      seq(alias($._where, 'where'), field('condition', $.expression), optional($.message), optional($.advice)),
    place: ($) => seq(alias($._at, 'at'), $.expression),
    message: ($) => seq(alias($._else, 'else'), $.expression),
    advice: ($) => seq(alias($._help, 'help'), $.expression),

    // ── types ────────────────────────────────────────────────────────────────────────────────────────────────────────

    type: ($) => choice($.named_type, $.record_type),
    named_type: ($) =>
      seq(
        field('name', choice($.type_name, $.identifier)),
        optional(choice($.type_arguments, field('of', $.identifier))),
        optional('?'),
      ),
    type_arguments: ($) => seq('(', repeat($._newline), optional(elements($, $.type)), ')'),
    record_type: ($) => seq('{', repeat($._newline), optional(elements($, $.field)), '}', optional('?')),
    field: ($) => seq(field('name', $._word), ':', field('type', $.type), optional(seq('=', repeat($._newline), field('default', $.expression)))),

    // ── expressions, loosest first ───────────────────────────────────────────────────────────────────────────────────

    expression: ($) => choice($.conditional, $.match, $._default),
    conditional: ($) =>
      seq(
        'if',
        repeat($._newline),
        field('condition', $.expression),
        repeat($._newline),
        'then',
        repeat($._newline),
        field('consequence', $.expression),
        repeat($._newline),
        'else',
        repeat($._newline),
        field('alternative', $.expression),
      ),
    match: ($) =>
      seq('match', repeat($._newline), field('value', $.expression), '{', repeat($._newline), elements($, $.arm), '}'),
    arm: ($) => seq(field('pattern', choice($.wildcard, $.expression)), '=>', repeat($._newline), field('value', $.expression)),

    _default: ($) => choice($._either, alias($._default_binary, $.binary)),
    _default_binary: ($) => seq($._default, choice('??', $._infix), repeat($._newline), $._either),
    _either: ($) => choice($._both, alias($._either_binary, $.binary)),
    _either_binary: ($) => seq($._either, 'or', repeat($._newline), $._both),
    _both: ($) => choice($._negation, alias($._both_binary, $.binary)),
    _both_binary: ($) => seq($._both, 'and', repeat($._newline), $._negation),
    _negation: ($) => choice(alias($._not, $.unary), $._comparison),
    _not: ($) => seq('not', repeat($._newline), $._negation),
    _comparison: ($) => choice($._sum, alias($._comparison_binary, $.binary)),
    _comparison_binary: ($) =>
      seq($._sum, choice('==', '!=', '<=', '>=', '<', '>', 'in'), repeat($._newline), $._sum),
    _sum: ($) => choice($._product, alias($._sum_binary, $.binary)),
    _sum_binary: ($) => seq($._sum, choice('+', '-'), repeat($._newline), $._product),
    _product: ($) => choice($._unary, alias($._product_binary, $.binary)),
    _product_binary: ($) => seq($._product, choice('*', '/', '%'), repeat($._newline), $._unary),
    _unary: ($) => choice(alias($._negative, $.unary), $._postfix),
    _negative: ($) => seq('-', repeat($._newline), $._unary),
    _postfix: ($) => choice($._operand, $.member, $.index),
    member: ($) => seq($._postfix, optional($.maybe), '.', field('name', $._word)),
    maybe: () => '?',
    index: ($) => seq($._postfix, '[', repeat($._newline), $.expression, repeat($._newline), ']'),

    _operand: ($) =>
      choice($.string, $._literal, $.call, $.identifier, $.list, $.list_for, $.map, $.map_for, $.parenthesized),
    parenthesized: ($) => seq('(', repeat($._newline), $.expression, repeat($._newline), ')'),
    call: ($) => seq(field('function', $.identifier), field('arguments', $.arguments)),
    arguments: ($) => seq('(', repeat($._newline), optional(elements($, $.argument)), ')'),
    argument: ($) => seq(optional(seq(field('name', $._parameter_name), '=', repeat($._newline))), field('value', $.expression)),
    _parameter_name: ($) => named($, RESERVED, $.parameter_name),
    list: ($) => seq('[', repeat($._newline), optional(elements($, $.expression)), ']'),
    map: ($) => seq('{', repeat($._newline), optional(elements($, $.entry)), '}'),
    entry: ($) =>
      choice(
        seq(field('key', choice($._word, alias($._plain, $.string))), '=', repeat($._newline), field('value', $.expression)),
        $.alone,
      ),
    list_for: ($) =>
      seq(
        '[',
        ...eachOf($),
        field('value', $.expression),
        repeat($._newline),
        ']',
      ),
    map_for: ($) =>
      seq(
        '{',
        ...eachOf($),
        field('key', $.expression),
        repeat($._newline),
        '=>',
        repeat($._newline),
        field('value', $.expression),
        repeat($._newline),
        '}',
      ),

    // ── literals ─────────────────────────────────────────────────────────────────────────────────────────────────────

    _literal: ($) => choice($.boolean, $.none, $.integer, $.float, $.address, $.range, $.port, $.quantity),
    boolean: () => choice('true', 'false'),
    none: () => 'none',

    string: ($) =>
      choice(
        seq(
          alias($._line_start, '"'),
          repeat(choice(alias($._line_text, $.text), $.escape, $.interpolation)),
          alias($._line_end, '"'),
        ),
        // Between two pieces of text stands something else, and text stands before the closing quotes: a line break at least.
        seq(
          alias($._lines_start, '"""'),
          repeat(seq(optional(alias($._lines_text, $.text)), choice($.escape, $.interpolation))),
          alias($._lines_text, $.text),
          alias($._lines_end, '"""'),
        ),
      ),
    _plain: ($) => seq(alias($._line_start, '"'), repeat(choice(alias($._line_text, $.text), $.escape)), alias($._line_end, '"')),
    interpolation: ($) => seq(alias($._interpolation_start, '${'), $.expression, '}'),
  },
});
