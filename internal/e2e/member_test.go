package e2e

// member is somebody who is signed in over plain HTTP.
type member struct {
	session string
}
