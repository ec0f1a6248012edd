# Rows for a matrix from every pipeline.json. A matrix takes 256 of them; what does not fit is an error, never dropped.

# The path itself and every folder above it.
def ancestors:
  split("/") as $parts | range(1; ($parts | length) + 1) | $parts[:.] | join("/");

def reached($touched): $mode != "changed" or any(.reads[]; $touched[.]);

# What somebody has to look at first.
def guarded: .approve or .protected;

def rows($product; $touched):
  . as $environment
  | if $what == "environments" then
      select(($proposed and guarded and any(.images[]; reached($touched))) | not)
      | { row: { product: $product, environment: .name, rank, approve, runner }, reads }
    else
      select(($proposed and guarded) | not)
      | .images[]
      | { row: { product: $product, environment: $environment.name, image, provider }, reads }
    end;

(reduce ($changed | split("\n")[] | select(. != "") | ancestors) as $path ({}; .[$path] = true)) as $touched
| [ inputs as $pipeline
    | $pipeline.environments[]
    | select(.ready)
    | rows($pipeline.product; $touched)
    | select(reached($touched))
    | .row ]
| [ to_entries[] | select(.key % $slots == $slot) | .value ]
| if length > 250 then error("\(length) rows in one run; take more slots, or change less at once") else . end
