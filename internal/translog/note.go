package translog

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// SignNote signs a text of whole lines with all of a log's keys, as its checkpoints are signed. The text must begin with a
// line that tells it from a checkpoint.
func SignNote(text string, signers ...*Signer) ([]byte, error) {
	list := make([]note.Signer, len(signers))
	for i, s := range signers {
		list[i] = s
	}
	signed, err := note.Sign(&note.Note{Text: text}, list...)
	if err != nil {
		return nil, fmt.Errorf("sign note: %w", err)
	}
	return signed, nil
}

// OpenNote reads a signed note of which every one of the given keys must have signed the text.
func OpenNote(signed []byte, keys []*Key) (string, error) {
	if len(keys) == 0 || len(signed) > maxCheckpoint {
		return "", errUnsigned
	}
	verifiers := make([]note.Verifier, len(keys))
	for i, k := range keys {
		verifiers[i] = k
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return "", fmt.Errorf("open note: %w", err)
	}
	for _, k := range keys {
		if !signedBy(n, k) {
			return "", errUnsigned
		}
	}
	return n.Text, nil
}
