const id = encodeURIComponent;

/** Addresses of people and organisations that load with their pages. */
export const peopleUrls = {
  tenants: "/api/tenants",
  switchTo: (tenant: string) => `/api/tenants/${id(tenant)}/switch`,
  providers: "/api/identity-providers",
  provider: (provider: string) => `/api/identity-providers/${id(provider)}`,
  invitations: "/api/invitations",
  invitation: (invitation: string) => `/api/invitations/${id(invitation)}`,
} as const;
