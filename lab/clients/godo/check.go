package main

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/digitalocean/godo"
)

const patience = 60 * time.Second

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// first is the answer of a call that must go well.
func first[T any](value T, _ *godo.Response, err error) T {
	return must(value, err)
}

// second is the error of a call, for refused.
func second[T any](_ T, _ *godo.Response, err error) error {
	return err
}

func third(_ *godo.Response, err error) error {
	return err
}

func succeeded(_ *godo.Response, err error) {
	if err != nil {
		panic(err)
	}
}

// refused holds when the API refuses with this status, as godo tells it, and in these words if any are given.
func refused(status int, message string, err error) {
	var refusal *godo.ErrorResponse
	if !errors.As(err, &refusal) {
		panic(fmt.Sprintf("no refusal with %d, but %v", status, err))
	}
	equal("status of "+refusal.Message, refusal.Response.StatusCode, status)
	if refusal.Message == "" || refusal.RequestID == "" {
		panic(fmt.Sprintf("%d without message or request_id", status))
	}
	if message != "" {
		equal("message", refusal.Message, message)
	}
}

func equal(what string, seen any, wanted any) {
	if !reflect.DeepEqual(seen, wanted) {
		panic(fmt.Sprintf("%s: got %#v, wanted %#v", what, seen, wanted))
	}
}

// every asks for a list in small pages until none is left, as godo's readme shows.
func every[T any](list func(*godo.ListOptions) ([]T, *godo.Response, error)) []T {
	all := []T{}
	options := &godo.ListOptions{PerPage: 2}
	for {
		items, response, err := list(options)
		all = append(all, must(items, err)...)
		if response.Links == nil || response.Links.IsLastPage() {
			// godo reads no total of records.
			if response.Meta != nil {
				equal("total", response.Meta.Total, len(all))
			}
			return all
		}
		options.Page = must(response.Links.CurrentPage()) + 1
	}
}

// names are one thing of each item, in the order of the list.
func names[T any](items []T, name func(T) string) []string {
	all := []string{}
	for _, item := range items {
		all = append(all, name(item))
	}
	return all
}

func until(what string, isSo func() bool) {
	for deadline := time.Now().Add(patience); !isSo(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			panic(fmt.Sprintf("%s: not so after %s", what, patience))
		}
	}
}
