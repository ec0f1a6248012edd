# One sentence about money, and what it leaves out.

(.summary.unsupportedResourceCounts // {} | to_entries | map("\(.key) (\(.value))") | join(", ")) as $unpriced
| "Cost of \($title): \(.totalMonthlyCost // "0") \(.currency // "USD") a month, \(.diffTotalMonthlyCost // "0") by this change"
  + if $unpriced == "" then "." else "; not priced: \($unpriced)." end
