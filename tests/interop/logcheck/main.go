// Checks logs with the verifiers of others: tessera's fsck over an exported directory, and
// torchwood's proof verification over a receipt. Exits with 0 only when everything holds.
//
//	logcheck log DIR
//	logcheck proof VKEY-FILE ENTRY-FILE PROOF-FILE
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func verifierIn(file string) (note.Verifier, string, error) {
	line, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	vkey := strings.TrimSpace(string(line))
	verifier, err := note.NewVerifier(vkey)
	return verifier, vkey, err
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// The root, the signature, and every tile of the directory.
func checkLog(directory string) (err error) {
	// It panics where a bundle has too few entries.
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("fsck: %v", panicked)
		}
	}()
	verifier, _, err := verifierIn(filepath.Join(directory, "log.vkey"))
	if err != nil {
		return err
	}
	checkpoint, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return err
	}
	if _, err := note.Open(checkpoint, note.VerifierList(verifier)); err != nil {
		return err
	}
	files := &client.FileFetcher{Root: directory}
	return fsck.New(verifier.Name(), verifier, files, leafHashes, fsck.Opts{N: 2}).Check(context.Background())
}

// That the log has the entry.
func checkProof(vkeyFile, entryFile, proofFile string) error {
	_, vkey, err := verifierIn(vkeyFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	proof, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	policy, err := torchwood.ParsePolicy([]byte("log " + vkey + "\nquorum none\n"))
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(policy, tlog.RecordHash(entry), proof)
}

func main() {
	// fsck waits for ever for some damaged bundles of a large log.
	time.AfterFunc(30*time.Second, func() {
		fmt.Fprintln(os.Stderr, "logcheck: the check did not come to its end")
		os.Exit(1)
	})
	err := errors.New("usage: logcheck log DIR | logcheck proof VKEY-FILE ENTRY-FILE PROOF-FILE")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "log":
		err = checkLog(os.Args[2])
	case len(os.Args) == 5 && os.Args[1] == "proof":
		err = checkProof(os.Args[2], os.Args[3], os.Args[4])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "logcheck:", err)
		os.Exit(1)
	}
}
