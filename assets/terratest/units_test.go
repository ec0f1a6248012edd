package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gruntwork-io/terratest/modules/terragrunt"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnitsAgreeWithModules compares what every unit says with the variables of the module that it calls.
func TestUnitsAgreeWithModules(t *testing.T) {
	t.Parallel()

	eachEnvironment(t, func(t *testing.T, folder string, _ environment) {
		terragrunt.HclValidateContext(t, t.Context(), &terragrunt.Options{
			TerragruntDir:  folder,
			TerragruntArgs: []string{"--strict-mode"},
			TerraformArgs:  []string{"--inputs", "--strict"},
		})
	})
}

// TestOrderOfUnits compares the order that Terragrunt finds with the one that the compiler meant.
func TestOrderOfUnits(t *testing.T) {
	t.Parallel()

	eachEnvironment(t, func(t *testing.T, folder string, of environment) {
		command := exec.CommandContext(t.Context(), "terragrunt", "find", "--json", "--dependencies")
		command.Dir = folder

		output, err := command.Output()
		require.NoError(t, err)

		var units []struct {
			Path         string   `json:"path"`
			Dependencies []string `json:"dependencies"`
		}
		require.NoError(t, json.Unmarshal(output, &units))

		found := map[string][]string{}
		for _, unit := range units {
			slices.Sort(unit.Dependencies) // Terragrunt lists them in no order
			found[unit.Path] = append([]string{}, unit.Dependencies...)
		}

		require.Equal(t, of.Units, found)
	})
}

// TestMocksAreOutputs looks for a mock of something that no module gives: no tool notices before the first apply.
func TestMocksAreOutputs(t *testing.T) {
	t.Parallel()

	eachEnvironment(t, func(t *testing.T, folder string, of environment) {
		for unit := range of.Units {
			for _, dependency := range blocks(t, filepath.Join(folder, unit, "terragrunt.hcl"), "dependency") {
				path := text(t, dependency.Body.Attributes["config_path"])
				needed := filepath.Join(folder, unit, filepath.FromSlash(path))
				given := outputs(t, module(t, needed))

				for _, name := range keys(t, dependency.Body.Attributes["mock_outputs"]) {
					assert.Contains(t, given, name, "%s mocks an output of %s", unit, path)
				}
			}
		}
	})
}

// module is the folder of the module that a unit calls.
func module(t *testing.T, unit string) string {
	t.Helper()

	calls := blocks(t, filepath.Join(unit, "terragrunt.hcl"), "terraform")
	require.Len(t, calls, 1, unit)

	// "${include.root.locals.modules}/infra/compute/aws"
	source := text(t, calls[0].Body.Attributes["source"])
	folder := filepath.Join(root(t), "modules", filepath.FromSlash(strings.TrimPrefix(source, "/")))
	require.DirExists(t, folder)

	return folder
}

// text is what a quoted value says, without the expressions in it.
func text(t *testing.T, attribute *hclsyntax.Attribute) string {
	t.Helper()
	require.NotNil(t, attribute)

	template, ok := attribute.Expr.(*hclsyntax.TemplateExpr)
	require.True(t, ok, "%s is not a quoted value", attribute.Name)

	var said strings.Builder
	for _, part := range template.Parts {
		if literal, ok := part.(*hclsyntax.LiteralValueExpr); ok {
			said.WriteString(literal.Val.AsString())
		}
	}

	return said.String()
}

// keys are the names in an object.
func keys(t *testing.T, attribute *hclsyntax.Attribute) []string {
	t.Helper()

	if attribute == nil {
		return nil
	}

	object, ok := attribute.Expr.(*hclsyntax.ObjectConsExpr)
	require.True(t, ok, "%s is not an object", attribute.Name)

	var names []string
	for _, item := range object.Items {
		names = append(names, hcl.ExprAsKeyword(item.KeyExpr))
	}

	return names
}

// parse reads a file of HCL.
func parse(t *testing.T, path string) *hclsyntax.Body {
	t.Helper()

	content, err := os.ReadFile(path)
	require.NoError(t, err)

	file, problems := hclsyntax.ParseConfig(content, path, hcl.InitialPos)
	require.False(t, problems.HasErrors(), "%s", problems.Error())

	body, ok := file.Body.(*hclsyntax.Body)
	require.True(t, ok)

	return body
}
