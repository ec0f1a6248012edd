# The trigger of a product waits for those of the products that it stands on, where changes are applied.
#
# JSON is YAML. A pipeline without a job is an error, so one that does nothing stands for nothing to do.

def words($product; f): map(select(.product == $product) | f) | join(" ");

(if $purpose == "apply" then [inputs | { key: .product, value: (.after // []) }] | from_entries else {} end) as $after
| [$environments[].product, $images[].product]
| unique
| map(. as $product | {
    key: .,
    value: ({
      variables: {
        PURPOSE: $purpose,
        ENVIRONMENTS: ($environments | words($product; .environment)),
        IMAGES: ($images | words($product; "\(.environment)/\(.image)/\(.provider)"))
      },
      trigger: { include: [{ local: "live/\(.)/gitlab-ci.yml" }], strategy: "mirror" }
    }
    | . + ([$after[$product][]? | { job: ., optional: true }] | if length == 0 then {} else { needs: . } end))
  })
| from_entries
| if length == 0 then { "nothing to do": { script: ["true"] } } else . end
