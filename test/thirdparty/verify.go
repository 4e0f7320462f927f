// Verifies a log that Capstan wrote with golang.org/x/mod/sumdb and Go's own library, and nothing of ours:
//
//	verify FOLDER      a folder with «vkey», «checkpoint» and «tile/…»; «witnesses» and «receipt.tlog-proof» if they are there
//
// It exits 0 if the log's key signed the tree head, all entries together have its root, every tile has the hashes it
// should have, and random proofs out of the tiles verify. Build it offline with Debian's golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build verify.go
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const proofs = 64

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: verify FOLDER"))
	}
	folder := os.Args[1]
	tree, err := readHead(folder)
	if err != nil {
		fail(err)
	}
	entries, err := readEntries(folder, tree.N)
	if err != nil {
		fail(err)
	}
	stored, err := storedHashes(entries)
	if err != nil {
		fail(err)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		fail(err)
	}
	if root != tree.Hash {
		fail(fmt.Errorf("the entries have the root %v, the head says %v", root, tree.Hash))
	}
	if err := checkTiles(folder, tree, stored); err != nil {
		fail(err)
	}
	if err := checkProofs(folder, tree, entries, stored); err != nil {
		fail(err)
	}
	if err := checkReceipt(folder, tree, entries); err != nil {
		fail(err)
	}
	fmt.Printf("%d entries, root %v: verified\n", tree.N, tree.Hash)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// readHead opens the note and reads its text: origin, size, root. It also verifies the witnesses that the folder names.
func readHead(folder string) (tlog.Tree, error) {
	var none tlog.Tree
	text, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		return none, err
	}
	log, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return none, err
	}
	known := []note.Verifier{log}
	if text, err := os.ReadFile(filepath.Join(folder, "witnesses")); err == nil {
		for _, vkey := range strings.Fields(string(text)) {
			w, err := newWitness(vkey)
			if err != nil {
				return none, err
			}
			known = append(known, w)
		}
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return none, err
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return none, err
	}
	if len(opened.Sigs) != len(known) {
		return none, fmt.Errorf("%d of %d keys signed the head", len(opened.Sigs), len(known))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != log.Name() {
		return none, errors.New("the head is not of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return none, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A witness's signatures are of the text after two lines more (c2sp.org/tlog-cosignature).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (*witness, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("malformed witness key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("wrong id of a witness key")
	}
	return &witness{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	cosigned := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(cosigned), sig[8:])
}

// readFile reads a tile. tlog writes the height into a tile's path, C2SP does not.
func readFile(folder string, tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
}

func readEntries(folder string, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n<<height < size; n++ {
		width := size - n<<height
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := readFile(folder, tlog.Tile{H: height, L: -1, N: n, W: int(width)})
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("bundle %d is too short", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:end])
			bundle = bundle[end:]
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("bundle %d is too long", n)
		}
	}
	return entries, nil
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		hashes[i] = m[index]
	}
	return hashes, nil
}

func storedHashes(entries [][]byte) (memory, error) {
	var stored memory
	for n, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(n), entry, stored)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	return stored, nil
}

// checkTiles compares the widest tile of each place, which holds the narrower ones, with the entries' hashes.
func checkTiles(folder string, tree tlog.Tree, stored memory) error {
	for level := 0; tree.N>>(height*level) > 0; level++ {
		hashes := tree.N >> (height * level)
		for n := int64(0); n<<height < hashes; n++ {
			width := hashes - n<<height
			if width > 1<<height {
				width = 1 << height
			}
			tile := tlog.Tile{H: height, L: level, N: n, W: int(width)}
			expected, err := tlog.ReadTileData(tile, stored)
			if err != nil {
				return err
			}
			got, err := readFile(folder, tile)
			if err != nil {
				return err
			}
			if !bytes.Equal(expected, got) {
				return fmt.Errorf("%s does not have the hashes of the entries", tile.Path())
			}
		}
	}
	return nil
}

type tiles struct{ folder string }

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = readFile(t.folder, tile); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// checkProofs takes proofs from the tiles, and the roots of older trees from the entries.
func checkProofs(folder string, tree tlog.Tree, entries [][]byte, stored memory) error {
	if tree.N == 0 {
		return nil
	}
	reader := tlog.TileHashReader(tree, tiles{folder})
	random := rand.New(rand.NewSource(tree.N))
	for i := 0; i < proofs; i++ {
		n := random.Int63n(tree.N)
		record, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, n, tlog.RecordHash(entries[n])); err != nil {
			return err
		}
		grown, err := tlog.ProveTree(tree.N, n+1, reader)
		if err != nil {
			return err
		}
		older, err := tlog.TreeHash(n+1, stored)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(grown, tree.N, tree.Hash, n+1, older); err != nil {
			return err
		}
	}
	return nil
}

// checkReceipt verifies a receipt of this head (c2sp.org/tlog-proof), if there is one.
func checkReceipt(folder string, tree tlog.Tree, entries [][]byte) error {
	text, err := os.ReadFile(filepath.Join(folder, "receipt.tlog-proof"))
	if err != nil {
		return nil
	}
	head, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	proof, signed, found := strings.Cut(string(text), "\n\n")
	if !found || signed != string(head) {
		return errors.New("the receipt has another head")
	}
	lines := strings.Split(proof, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return errors.New("malformed receipt")
	}
	if strings.HasPrefix(lines[1], "extra ") {
		lines = lines[1:]
	}
	var index int64
	if _, err := fmt.Sscanf(lines[1], "index %d", &index); err != nil || index < 0 || index >= tree.N {
		return errors.New("malformed receipt")
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entries[index]))
}
