# JSON is YAML. A pipeline without a job is an error, so one that does nothing stands for nothing to do.

def words($product; f): map(select(.product == $product) | f) | join(" ");

[$environments[].product, $images[].product]
| unique
| map({
    key: .,
    value: {
      variables: {
        PURPOSE: $purpose,
        ENVIRONMENTS: (. as $product | $environments | words($product; .environment)),
        IMAGES: (. as $product | $images | words($product; "\(.environment)/\(.image)/\(.provider)"))
      },
      trigger: { include: [{ local: "live/\(.)/gitlab-ci.yml" }], strategy: "mirror" }
    }
  })
| from_entries
| if length == 0 then { "nothing to do": { script: ["true"] } } else . end
