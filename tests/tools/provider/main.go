// Command provider stands in for an OpenTofu provider that cannot be had from a package registry.
//
// Called without arguments, as OpenTofu calls it, it reads the schema of the real provider from the file schema.json
// beside its own binary, answers GetProviderSchema with it, says "valid" to every validate call and refuses everything
// else. That is exactly what `tofu validate` and `tofu test` with mock_provider need of a provider; it never answers a
// plan, a read or an apply as if it were one.
//
// Called as `provider mirror SCHEMAS FOLDER` it lays itself out as a filesystem mirror of all providers whose schemas
// stand in the folder SCHEMAS, and prints the source and version of each.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "provider stand-in:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 0:
		return serve()
	case len(arguments) == 3 && arguments[0] == "mirror":
		return mirror(arguments[1], filepath.Clean(arguments[2]))
	default:
		return fmt.Errorf("called with %q, expected nothing or: mirror SCHEMAS FOLDER", arguments)
	}
}

func serve() error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	document, err := readDocument(filepath.Join(filepath.Dir(binary), "schema.json"))
	if err != nil {
		return err
	}
	answer, err := document.answer()
	if err != nil {
		return err
	}
	stand := &standIn{source: document.Source, schema: answer}
	return tf6server.Serve("registry.opentofu.org/"+document.Source, func() tfprotov6.ProviderServer { return stand })
}
