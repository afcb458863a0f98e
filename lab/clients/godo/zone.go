package main

import (
	"slices"
	"strings"

	"github.com/digitalocean/godo"
)

const zoneName = "godo.example"

func records(address string) []godo.DomainRecordEditRequest {
	return []godo.DomainRecordEditRequest{
		{Type: "A", Name: "www", Data: address},
		{Type: "AAAA", Name: "www", Data: "2001:db8::80"},
		{Type: "CNAME", Name: "app", Data: "www." + zoneName + "."},
		{Type: "MX", Name: "@", Data: "mail.example.com.", Priority: 10},
		{Type: "TXT", Name: "@", Data: "v=spf1 mx -all"},
		{Type: "SRV", Name: "_sip._tcp", Data: "sip.example.com.", Priority: 1, Port: 5060, Weight: 2},
		{Type: "CAA", Name: "@", Data: "letsencrypt.org.", Tag: "issue"},
		{Type: "NS", Name: "lab", Data: "ns1.example.com."},
	}
}

// zone has a record of each type.
func zone(do *godo.Client, address string) {
	first(do.Domains.Create(ctx, &godo.DomainCreateRequest{Name: zoneName, IPAddress: address}))
	refused(422, "", second(do.Domains.Create(ctx, &godo.DomainCreateRequest{Name: zoneName})))
	types := []string{"SOA", "NS", "NS", "NS", "A"}
	for _, record := range records(address) {
		record.TTL = 300
		made := first(do.Domains.CreateRecord(ctx, zoneName, &record))
		equal("record", first(do.Domains.Record(ctx, zoneName, made.ID)), made)
		equal(record.Type, []string{made.Name, made.Data}, []string{record.Name, strings.TrimSuffix(record.Data, ".")})
		equal(record.Type, []int{made.TTL, made.Priority, made.Port, made.Weight}, []int{300, record.Priority, record.Port, record.Weight})
		types = append(types, record.Type)
	}
	listed := names(every(func(options *godo.ListOptions) ([]godo.DomainRecord, *godo.Response, error) {
		return do.Domains.Records(ctx, zoneName, options)
	}), func(record godo.DomainRecord) string { return record.Type })
	slices.Sort(types)
	slices.Sort(listed)
	equal("types", listed, types)
	equal("mail", first(do.Domains.RecordsByType(ctx, zoneName, "MX", nil))[0].Priority, 10)
	named := first(do.Domains.RecordsByTypeAndName(ctx, zoneName, "A", "www."+zoneName, nil))
	equal("named", len(named), 1)
	id := named[0].ID
	first(do.Domains.EditRecord(ctx, zoneName, id, &godo.DomainRecordEditRequest{Type: "A", Name: "web", Data: "192.0.2.80", TTL: 600}))
	seen := first(do.Domains.Record(ctx, zoneName, id))
	equal("edited", []any{seen.Name, seen.Data, seen.TTL}, []any{"web", "192.0.2.80", 600})
	wrong := &godo.DomainRecordEditRequest{Type: "A", Name: "bad", Data: "example.com"}
	refused(422, "", second(do.Domains.CreateRecord(ctx, zoneName, wrong)))
	succeeded(do.Domains.DeleteRecord(ctx, zoneName, id))
	refused(404, "", second(do.Domains.Record(ctx, zoneName, id)))
	equal("zone file", strings.Contains(first(do.Domains.Get(ctx, zoneName)).ZoneFile, "v=spf1 mx -all"), true)
	succeeded(do.Domains.Delete(ctx, zoneName))
	refused(404, "", second(do.Domains.Get(ctx, zoneName)))
}
