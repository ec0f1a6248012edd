# Rows from every pipeline.json. A matrix takes 256 of them; what does not fit is an error, never dropped.

# The path itself and every folder above it.
def ancestors:
  split("/") as $parts | range(1; ($parts | length) + 1) | $parts[:.] | join("/");

# Whether a product has an environment ready that it had not. `$before` names the products whose data have changed.
def switched_on($product): $before[$product] != null and (.name as $name | $before[$product] | index($name)) == null;

def reached($touched): $mode != "changed" or .switched_on or any(.reads[]; $touched[.]);

def rows($product; $touched):
  . as $environment
  | if $what == "environments" then
      select(($proposed and any(.images[]; reached($touched))) | not)
      | { row: { product: $product, environment: .name, rank, approve, runner }, reads, switched_on }
    else
      .images[]
      | { row: { product: $product, environment: $environment.name, image, provider }, reads, switched_on }
    end;

(reduce ($changed | split("\n")[] | select(. != "") | ancestors) as $path ({}; .[$path] = true)) as $touched
| [ inputs as $pipeline
    | $pipeline.environments[]
    | select(.ready)
    | .switched_on = switched_on($pipeline.product)
    | .images[].switched_on = .switched_on
    | rows($pipeline.product; $touched)
    | select(reached($touched))
    | .row ]
| [ to_entries[] | select(.key % $slots == $slot) | .value ]
| if length > $most then error("\(length) rows in one run; take more slots, or change less at once") else . end
