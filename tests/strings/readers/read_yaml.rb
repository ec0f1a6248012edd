# frozen_string_literal: true

# Prints values.yml as JSON, as Psych takes it: GitLab reads its pipelines with it.
require 'psych'
require 'json'

# The value, if it is of the types that JSON has; a symbol or a date is none of them.
def plain(value)
  case value
  when Hash then value.to_h { |key, inner| [key.is_a?(String) ? key : "!#{key.inspect}", plain(inner)] }
  when Array then value.map { |inner| plain(inner) }
  when String, Integer, Float, TrueClass, FalseClass, NilClass then value
  else { "!#{value.class}" => value.inspect }
  end
end

text = File.read('values.yml', encoding: 'UTF-8')
puts JSON.generate(plain(Psych.unsafe_load(text)), max_nesting: false)
