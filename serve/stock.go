package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sync"

	"casebook/casefile"
	"casebook/repo"
)

// stock is the state folder's shelf of published bytes, and what is known of them.
type stock struct {
	repo     *repo.Repo
	state    *repo.State
	verified map[string]casefile.Digest // git's hash of a file → SHA-256 of its bytes; only the look uses it
	intact   intact
	refill   sync.Mutex
}

// take puts the bytes of listed patterns onto the shelf. The bytes are
// hashed as they are in the commit even where the shelf has that digest: otherwise an
// entry that names another customer's digest would be handed that customer's file.
func (k *stock) take(ctx context.Context, s *repo.Snapshot, listed []*casefile.Pattern) (casefile.Problems, error) {
	var ps casefile.Problems
	for _, p := range listed {
		if p.File == nil {
			continue
		}
		got, err := k.takeOne(ctx, s, p)
		if err != nil {
			return nil, err
		}
		if got != p.File.SHA256 {
			ps = append(ps, placed(s, p.Path(), casefile.Problem{File: p.Path(), Field: "file.sha256", Rule: casefile.RuleWrongBytes,
				Text: fmt.Sprintf("file.sha256: the bytes of %s have SHA-256 %s", p.File.Name, got)})...)
		}
	}
	return ps, nil
}

// takeOne gives the digest of the entry's bytes, which then are on the shelf if the entry
// tells the truth.
func (k *stock) takeOne(ctx context.Context, s *repo.Snapshot, p *casefile.Pattern) (casefile.Digest, error) {
	blob, err := blobOf(s, p)
	if err != nil {
		return "", err
	}
	got, known := k.verified[blob]
	there := k.has(p.File.SHA256, p.File.Size)
	if known && (there || got != p.File.SHA256) {
		return got, nil
	}
	if there {
		got, err = hash(ctx, s, p)
	} else {
		got, err = k.keep(ctx, s, p.FilePath())
	}
	if err == nil {
		k.verified[blob] = got
	}
	return got, err
}

func blobOf(s *repo.Snapshot, p *casefile.Pattern) (string, error) {
	folder, name := path.Split(p.FilePath())
	entries, err := s.List(path.Clean(folder))
	for _, e := range entries {
		if e.Name == name && e.Regular {
			return e.Hash, nil
		}
	}
	return "", errors.Join(err, fmt.Errorf("%s: no plain file", p.FilePath()))
}

func (k *stock) has(d casefile.Digest, size int64) bool {
	info, err := os.Lstat(k.state.Path(repo.Files, d))
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

func hash(ctx context.Context, s *repo.Snapshot, p *casefile.Pattern) (casefile.Digest, error) {
	src, _, err := s.Open(p.FilePath())
	if err != nil {
		return "", err
	}
	defer src.Close()
	h := sha256.New()
	_, err = io.Copy(h, src)
	return casefile.Digest(hex.EncodeToString(h.Sum(nil))), errors.Join(err, ctx.Err())
}

func (k *stock) keep(ctx context.Context, s *repo.Snapshot, file string) (casefile.Digest, error) {
	src, _, err := s.Open(file)
	if err != nil {
		return "", err
	}
	defer src.Close()
	kept, err := k.state.Keep(ctx, repo.Files, src, nil)
	return kept.SHA256, err
}

// open opens published bytes. What somebody removed from the shelf, or what was damaged
// there, is brought back from the commit.
func (k *stock) open(ctx context.Context, commit string, f *file) (*os.File, error) {
	if content, err := k.whole(f); err == nil && k.intact.knows(content, f.sha256) {
		return content, nil
	} else if err == nil {
		_ = content.Close()
	}
	k.refill.Lock()
	defer k.refill.Unlock()
	if content, err := k.sound(ctx, f); err == nil || ctx.Err() != nil {
		return content, err
	}
	s, err := k.repo.Snapshot(commit)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	got, err := k.keep(ctx, s, f.path)
	if err != nil {
		return nil, err
	}
	if got != f.sha256 {
		return nil, fmt.Errorf("%s: SHA-256 %s, not %s", f.path, got, f.sha256)
	}
	return k.sound(ctx, f)
}

// sound opens what is on the shelf if it has its digest.
func (k *stock) sound(ctx context.Context, f *file) (*os.File, error) {
	content, err := k.whole(f)
	if err != nil {
		return nil, err
	}
	if err := k.intact.check(ctx, content, f.sha256, f.size); err != nil {
		return nil, errors.Join(err, content.Close())
	}
	return content, nil
}

// whole opens what is on the shelf if it has its full size.
func (k *stock) whole(f *file) (*os.File, error) {
	content, err := k.state.Open(repo.Files, f.sha256)
	if err != nil {
		return nil, err
	}
	info, err := content.Stat()
	if err == nil && (!info.Mode().IsRegular() || info.Size() != f.size) {
		err = fmt.Errorf("%s: %d bytes, not %d", f.sha256, info.Size(), f.size)
	}
	if err != nil {
		return nil, errors.Join(err, content.Close())
	}
	return content, nil
}
