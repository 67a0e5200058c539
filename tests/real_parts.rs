//! What only real parts can show: another language's reader, another program's codes, a killed
//! process, a full disk, pictures that somebody else made.

#[cfg(test)]
#[expect(dead_code, reason = "what an app's server does is shown without real parts")]
#[path = "portal/app.rs"]
mod app;
#[cfg(test)]
#[path = "portal/browser.rs"]
mod browser;
#[cfg(test)]
#[path = "portal/clients.rs"]
mod clients;
#[cfg(test)]
#[path = "portal/cluster.rs"]
mod cluster;
#[cfg(test)]
#[path = "portal/contract.rs"]
mod contract;
#[cfg(test)]
#[expect(dead_code, reason = "no two devices are alike here")]
#[path = "portal/devices.rs"]
mod devices;
#[cfg(test)]
#[path = "real_parts/easy_pictures.rs"]
mod easy_pictures;
#[cfg(test)]
#[expect(dead_code, reason = "what goes wrong at a gateway is shown without real parts")]
#[path = "portal/gateway.rs"]
mod gateway;
#[cfg(test)]
#[path = "real_parts/killed_saves.rs"]
mod killed_saves;
#[cfg(test)]
#[path = "real_parts/oathtool.rs"]
mod oathtool;
#[cfg(test)]
#[path = "portal/phone.rs"]
mod phone;
#[cfg(test)]
#[path = "portal/pins_contract.rs"]
mod pins_contract;
#[cfg(test)]
#[path = "real_parts/portal_browser.rs"]
mod portal_browser;
#[cfg(test)]
#[path = "real_parts/portal_cluster.rs"]
mod portal_cluster;
#[cfg(test)]
#[path = "real_parts/portal_deployment.rs"]
mod portal_deployment;
#[cfg(test)]
#[path = "real_parts/portal_messages.rs"]
mod portal_messages;
#[cfg(test)]
#[path = "real_parts/portal_openapi.rs"]
mod portal_openapi;
#[cfg(test)]
#[path = "real_parts/portal_pins.rs"]
mod portal_pins;
#[cfg(test)]
#[path = "real_parts/portal_postgres.rs"]
mod portal_postgres;
#[cfg(test)]
#[path = "real_parts/portal_smsc.rs"]
mod portal_smsc;
#[cfg(test)]
#[path = "portal/postgres.rs"]
mod postgres;
#[cfg(test)]
#[path = "portal/process.rs"]
mod process;
#[cfg(test)]
mod program;
#[cfg(test)]
#[path = "real_parts/secret_service.rs"]
mod secret_service;
#[cfg(test)]
#[path = "portal/site.rs"]
mod site;
#[cfg(test)]
#[path = "real_parts/vault_reader.rs"]
mod vault_reader;
