# How much a plan creates, updates and deletes: the numbers that GitLab shows beside a merge request.

[inputs | .resource_changes[]?.change.actions[]]
| { create: map(select(. == "create")) | length,
    update: map(select(. == "update")) | length,
    delete: map(select(. == "delete")) | length }
