-- Who may call, and on whose behalf.
create schema if not exists jobs;

create table jobs.tenants (
    id         int generated always as identity primary key,
    name       text not null unique check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    created_at timestamptz not null default now()
);

-- 'system' owns the recurring maintenance; 'default' owns the key that the first start makes.
insert into jobs.tenants (name) values ('system'), ('default');

create table jobs.api_keys (
    id         uuid primary key,
    tenant_id  int not null references jobs.tenants,
    name       text not null,
    -- SHA-256 of the key: a key carries at least 128 bits of entropy, so no slow hash is needed.
    key_hash   bytea not null unique check (octet_length(key_hash) = 32),
    -- The first characters of the key, so that its owner can tell keys apart.
    prefix     text not null,
    scopes     text[] not null check (scopes <@ array['submit', 'read', 'admin'] and cardinality(scopes) > 0),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

-- The list of a tenant's keys; also the foreign reference.
create index api_keys_tenant on jobs.api_keys (tenant_id, created_at);

-- ASP.NET Core's key ring, shared by all Web nodes so that a cookie of one is good on another.
create table jobs.data_protection_keys (
    name text primary key,
    xml  text not null
);
